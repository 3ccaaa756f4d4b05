import type { ChatRequest, ContentPart, Message } from '../../request/chat-request';
import { compact } from '../../internal/compact';
import { inCallOrder } from '../call-order';
import { asObject } from '../json';
import { unknownRole } from '../invalid-request';
import { readMedia, readText, unusable } from '../media';
import { withProviderOptions } from '../provider-options';

/** Writes a request as the body of Ollama's chat. */
export function encodeChat(request: ChatRequest, provider: string, model: string): unknown {
  const { messages, stop = [] } = request;
  const tools = offeredTools(request);
  const options = compact({
    temperature: request.temperature,
    top_p: request.topP,
    num_predict: request.maxOutputTokens,
    stop: stop.length === 0 ? undefined : stop,
    seed: request.seed,
  });
  const body = {
    model,
    messages: inCallOrder(messages).map((message) => encodeMessage(provider, message)),
    tools: tools.length === 0 ? undefined : tools.map(encodeTool),
    format: request.output?.schema,
    think: encodeThinking(request.reasoning, model),
    options,
    stream: true,
  };
  return withProviderOptions(body, request, ['ollama', provider], ['options']);
}

// There is no word for a choice, but a tool that is not offered is not called.
function offeredTools({ tools = [], toolChoice }: ChatRequest): readonly ToolOf<ChatRequest>[] {
  if (toolChoice === 'none') return [];
  if (typeof toolChoice !== 'object') return tools;
  return tools.filter(({ name }) => name === toolChoice.name);
}

function encodeTool({ name, description, parameters }: ToolOf<ChatRequest>): unknown {
  const schema = parameters ?? { type: 'object', properties: {} };
  return { type: 'function', function: { name, description, parameters: schema } };
}

// Levels are refused by all models but one family, which knows nothing else.
function encodeThinking(reasoning: ChatRequest['reasoning'], model: string): unknown {
  const { effort, maxTokens } = reasoning ?? {};
  if (effort === 'none') return false;
  if (effort === undefined) return maxTokens === undefined ? undefined : true;
  if (!model.includes('gpt-oss')) return true;
  return effort === 'minimal' ? 'low' : effort;
}

function encodeMessage(provider: string, message: Message): unknown {
  const { role, content } = message;
  switch (role) {
    case 'system':
      return { role, content };
    case 'user':
      return { role, ...encodeContent(provider, content) };
    case 'assistant':
      return { role, content, tool_calls: message.toolCalls?.map(encodeCall) };
    case 'tool':
      return { role, content, tool_name: message.name, tool_call_id: message.toolCallId };
    default:
      throw unknownRole(provider, message);
  }
}

function encodeCall({ id, name, input }: { id: string; name: string; input?: unknown }): unknown {
  // Only an object will do; a call of another provider may hold text.
  const value = asObject(input) ?? (input === undefined ? {} : { input });
  return { id, function: { name, arguments: value } };
}

function encodeContent(provider: string, content: string | readonly ContentPart[]): object {
  if (typeof content === 'string') return { content };
  const texts: string[] = [];
  const images: string[] = [];
  for (const part of content) {
    if (part.type === 'text') {
      texts.push(part.text);
      continue;
    }
    const media = readMedia(provider, part);
    if ('url' in media) throw unusable(provider, 'images and files must be base64, not URLs');
    if (part.type === 'image' || media.mediaType.startsWith('image/')) images.push(media.data);
    else if (media.mediaType.startsWith('text/')) texts.push(readText(provider, media.data));
    else throw unusable(provider, 'files must be images or text');
  }
  return { content: texts.join('\n\n'), images: images.length === 0 ? undefined : images };
}

type ToolOf<Request extends ChatRequest> = NonNullable<Request['tools']>[number];
