import type { ChatRequest } from '../../request/chat-request';
import { withProviderOptions } from '../provider-options';
import { encodeMessages, encodeSystem } from './messages';
import { encodeThinking } from './thinking';

const DEFAULT_MAX_TOKENS = 4096;

/** Writes a request as the body of Anthropic's Messages API. */
export function encodeMessage(request: ChatRequest, provider: string, model: string): unknown {
  const { messages, tools = [], toolChoice, output, stop = [], maxOutputTokens } = request;
  const { thinking, effort, tokens, below } = encodeThinking(request, model);
  const format = output && { type: 'json_schema', schema: output.schema };
  const limit = maxOutputTokens ?? DEFAULT_MAX_TOKENS + tokens;
  const hasTools = tools.length > 0;
  const body = {
    model,
    // A thinking budget is taken from this limit, and one that leaves no room is refused.
    max_tokens: limit > below ? limit : limit + below,
    system: encodeSystem(messages),
    messages: encodeMessages(provider, messages),
    temperature: request.temperature,
    top_p: request.topP,
    stop_sequences: stop.length === 0 ? undefined : stop,
    // A choice without tools is refused, and so is an empty list of tools.
    tools: hasTools ? tools.map(encodeTool) : undefined,
    tool_choice: hasTools ? encodeToolChoice(toolChoice) : undefined,
    thinking,
    output_config: format === undefined && effort === undefined ? undefined : { format, effort },
    stream: true,
  };
  return withProviderOptions(body, request, ['anthropic', provider], ['output_config']);
}

function encodeTool({ name, description, parameters }: ToolOf<ChatRequest>): unknown {
  const schema = parameters ?? { type: 'object', properties: {} };
  return { name, description, input_schema: schema };
}

function encodeToolChoice(choice: ChatRequest['toolChoice']): unknown {
  if (choice === undefined) return undefined;
  if (typeof choice === 'object') return { type: 'tool', name: choice.name };
  return { type: choice === 'required' ? 'any' : choice };
}

type ToolOf<Request extends ChatRequest> = NonNullable<Request['tools']>[number];
