import type { ChatRequest, Message, Tool } from '../../request/chat-request';
import { withProviderOptions } from '../provider-options';
import { encodeEffort } from './effort';
import { encodeMessages, type ChatTarget } from './messages';

/** Writes a request as the body of a chat completion. */
export function encodeChat(request: ChatRequest, target: ChatTarget, model: string): unknown {
  const { provider, vendor } = target;
  const { tools = [], toolChoice, output, stop = [], maxOutputTokens } = request;
  const hasTools = tools.length > 0;
  // OpenAI's reasoning models insist on it, and many others do not know it.
  const completionTokens = vendor === 'openai';
  const isMistral = vendor === 'mistral';
  // It thinks unless it is told not to, and refuses calls without the thoughts that led to them,
  // which a conversation does not hold.
  const mustNotThink = vendor === 'deepseek' && request.messages.some(holdsCalls);
  const body = {
    model,
    messages: encodeMessages(target, request.messages),
    temperature: request.temperature,
    top_p: request.topP,
    // Neither a computed name nor a spread: behind those, V8 makes an object field by field.
    max_completion_tokens: completionTokens ? maxOutputTokens : undefined,
    max_tokens: completionTokens ? undefined : maxOutputTokens,
    stop: stop.length === 0 ? undefined : stop,
    seed: isMistral ? undefined : request.seed,
    random_seed: isMistral ? request.seed : undefined,
    // A choice without tools is refused, and so is an empty list of tools.
    tools: hasTools ? tools.map(encodeTool) : undefined,
    tool_choice: hasTools ? encodeToolChoice(toolChoice) : undefined,
    response_format: output && {
      type: 'json_schema',
      json_schema: { name: output.name ?? 'output', schema: output.schema, strict: output.strict },
    },
    reasoning_effort: mustNotThink ? undefined : encodeEffort(request.reasoning?.effort, model),
    thinking: mustNotThink ? { type: 'disabled' } : undefined,
    stream: true,
    stream_options: { include_usage: true },
  };
  return withProviderOptions(body, request, ['openai', provider], ['stream_options']);
}

function holdsCalls(message: Message): boolean {
  return message.role === 'assistant' && (message.toolCalls ?? []).length > 0;
}

function encodeTool({ name, description, parameters }: Tool): unknown {
  const schema = parameters ?? { type: 'object', properties: {} };
  return { type: 'function', function: { name, description, parameters: schema } };
}

function encodeToolChoice(choice: ChatRequest['toolChoice']): unknown {
  return typeof choice === 'object'
    ? { type: 'function', function: { name: choice.name } }
    : choice;
}
