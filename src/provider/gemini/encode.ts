import { LlmError } from '../../error/llm-error';
import type { ChatRequest } from '../../request/chat-request';
import { compact } from '../../internal/compact';
import { withProviderOptions } from '../provider-options';
import { encodeContents, encodeSystem } from './contents';
import { encodeThinking, generation } from './thinking';

/** What the API takes in place of the signature of a tool call. */
const NO_SIGNATURE = 'skip_thought_signature_validator';

/** Writes a request as the body of Gemini's `generateContent`. */
export function encodeGenerateContent(
  request: ChatRequest,
  provider: string,
  model: string,
): unknown {
  const { messages, tools = [], toolChoice, output, stop = [] } = request;
  const config = compact({
    temperature: request.temperature,
    topP: request.topP,
    maxOutputTokens: request.maxOutputTokens,
    stopSequences: stop.length === 0 ? undefined : stop,
    seed: request.seed,
    responseMimeType: output && 'application/json',
    responseJsonSchema: output?.schema,
    thinkingConfig: encodeThinking(request.reasoning, model),
  });
  // A name that tells no generation may stand for the newest model.
  const signature = (generation(model) ?? 3) < 3 ? undefined : NO_SIGNATURE;
  const hasTools = tools.length > 0;
  const body = {
    systemInstruction: encodeSystem(messages),
    contents: encodeContents(provider, messages, signature),
    tools: hasTools ? [{ functionDeclarations: tools.map(encodeTool) }] : undefined,
    toolConfig: hasTools ? encodeToolChoice(toolChoice) : undefined,
    generationConfig: config,
  };
  return withProviderOptions(body, request, ['gemini', provider], ['generationConfig']);
}

/** The path of a model's stream, behind a base URL's own path. */
export function streamPath(provider: string, model: string, basePath: string): string {
  const [, folder = 'models', name] = /^(?:(models|tunedModels)\/)?([\w.@-]+)$/.exec(model) ?? [];
  if (name === undefined) {
    // It becomes part of the address, so what could lead elsewhere is refused.
    throw new LlmError(`${provider}: the model's name may hold letters, digits and . _ - @ only`, {
      kind: 'invalid-request',
      provider,
    });
  }
  const versioned = /\/v\d+\w*(?:(?:\/.*)?\/publishers\/[^/]+)?$/.test(basePath);
  return `${versioned ? '' : 'v1beta/'}${folder}/${name}:streamGenerateContent?alt=sse`;
}

function encodeTool({ name, description, parameters }: ToolOf<ChatRequest>): unknown {
  return { name, description, parametersJsonSchema: parameters };
}

function encodeToolChoice(choice: ChatRequest['toolChoice']): unknown {
  if (choice === undefined) return undefined;
  const modes = { auto: 'AUTO', none: 'NONE', required: 'ANY' } as const;
  const config =
    typeof choice === 'object'
      ? { mode: 'ANY', allowedFunctionNames: [choice.name] }
      : { mode: modes[choice] };
  return { functionCallingConfig: config };
}

type ToolOf<Request extends ChatRequest> = NonNullable<Request['tools']>[number];
