import type { ChatRequest, ContentPart, Message, Tool } from '../../request/chat-request';
import { distinctCalls } from '../distinct-calls';
import { unknownRole } from '../invalid-request';
import { readMedia } from '../media';
import { encodeEffort } from '../openai/effort';
import { encodeInput, urlOf } from '../openai/messages';
import { withProviderOptions } from '../provider-options';

/** Writes a request as the body of a response. */
export function encodeResponse(request: ChatRequest, provider: string, model: string): unknown {
  const { tools = [], toolChoice, output } = request;
  const effort = encodeEffort(request.reasoning?.effort, model);
  const hasTools = tools.length > 0;
  const body = {
    model,
    input: distinctCalls(request.messages).flatMap((message) => encodeMessage(provider, message)),
    temperature: request.temperature,
    top_p: request.topP,
    max_output_tokens: request.maxOutputTokens,
    // A choice without tools is refused, and so is an empty list of tools.
    tools: hasTools ? tools.map(encodeTool) : undefined,
    tool_choice: hasTools ? encodeToolChoice(toolChoice) : undefined,
    text: output && {
      format: {
        type: 'json_schema',
        name: output.name ?? 'output',
        schema: output.schema,
        strict: output.strict,
      },
    },
    reasoning: effort && { effort },
    stream: true,
  };
  return withProviderOptions(body, request, ['openai', provider], ['text', 'reasoning']);
}

function encodeMessage(provider: string, message: Message): readonly unknown[] {
  switch (message.role) {
    case 'system':
      return [{ role: 'system', content: message.content }];
    case 'user':
      return [{ role: 'user', content: encodeContent(provider, message.content) }];
    case 'assistant':
      return encodeAssistant(message);
    case 'tool':
      return [
        { type: 'function_call_output', call_id: message.toolCallId, output: message.content },
      ];
    default:
      throw unknownRole(provider, message);
  }
}

function encodeAssistant({
  content,
  toolCalls = [],
}: Extract<Message, { role: 'assistant' }>): readonly unknown[] {
  const calls = toolCalls.map(({ id, name, input }) => ({
    type: 'function_call',
    call_id: id,
    name,
    arguments: encodeInput(input),
  }));
  return content === '' && calls.length > 0 ? calls : [{ role: 'assistant', content }, ...calls];
}

function encodeContent(provider: string, content: string | readonly ContentPart[]): unknown {
  if (typeof content === 'string') return content;
  return content.map((part) => {
    if (part.type === 'text') return { type: 'input_text', text: part.text };
    const media = readMedia(provider, part);
    if (part.type === 'image') return { type: 'input_image', image_url: urlOf(media) };
    return 'url' in media
      ? { type: 'input_file', file_url: media.url }
      : { type: 'input_file', filename: part.name ?? 'file', file_data: urlOf(media) };
  });
}

function encodeTool({ name, description, parameters }: Tool): unknown {
  const schema = parameters ?? { type: 'object', properties: {} };
  // Unlike chat completions, this protocol makes a schema strict unless it is told not to.
  return { type: 'function', name, description, parameters: schema, strict: false };
}

function encodeToolChoice(choice: ChatRequest['toolChoice']): unknown {
  return typeof choice === 'object' ? { type: 'function', name: choice.name } : choice;
}
