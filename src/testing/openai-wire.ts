import type { Usage } from '../event/usage';
import { inputPieces, wirePieces, type WireAnswer } from './wire-answer';

/** An error of an OpenAI server. */
export interface OpenaiWireError {
  readonly message?: string | undefined;
  readonly type?: string | undefined;
  readonly param?: string | null | undefined;
  readonly code?: string | number | null | undefined;
}

const CREATED = 1_767_225_600;

/**
 * An answer as the frames of an OpenAI chat completion stream, the last one `[DONE]`.
 * Joined they are the body; the usage chunk is there when the answer has `usage`, as it
 * is when a client asks for `stream_options.include_usage`.
 *
 * @example
 * ```ts
 * const frames = openaiChatFrames({ text: ['Hel', 'lo'], usage: { outputTokens: 2 } });
 * const response = new Response(frames.join(''));
 * ```
 */
export function openaiChatFrames(answer: WireAnswer): readonly string[] {
  const { usage, toolCalls = [] } = answer;
  const chunk = (choices: readonly unknown[], said: unknown = null): string =>
    frame({
      id: answer.id ?? 'chatcmpl-1',
      object: 'chat.completion.chunk',
      created: CREATED,
      model: answer.model ?? 'gpt-simulated',
      service_tier: 'default',
      system_fingerprint: 'fp_simulated',
      choices,
      ...(usage === undefined ? {} : { usage: said }),
    });
  const delta = (fields: object, finishReason: string | null = null): string =>
    chunk([{ index: 0, delta: fields, logprobs: null, finish_reason: finishReason }]);

  return [
    delta({ role: 'assistant', content: toolCalls.length > 0 ? null : '', refusal: null }),
    ...wirePieces(answer.reasoning).map((text) => delta({ reasoning_content: text })),
    ...wirePieces(answer.text).map((content) => delta({ content })),
    ...toolCalls.flatMap(({ id, name, input }, index) => [
      delta({
        tool_calls: [
          {
            index,
            id: id ?? callId(index),
            type: 'function',
            function: { name, arguments: '' },
          },
        ],
      }),
      ...inputPieces(input).map((piece) =>
        delta({ tool_calls: [{ index, function: { arguments: piece } }] }),
      ),
    ]),
    delta({}, finishReasonOf(answer)),
    ...(usage === undefined ? [] : [chunk([], usageOf(usage))]),
    'data: [DONE]\n\n',
  ];
}

/**
 * The same answer as the JSON body of a request without `stream`.
 *
 * @example
 * ```ts
 * const response = new Response(openaiChatBody({ text: 'Hello world' }));
 * ```
 */
export function openaiChatBody(answer: WireAnswer): string {
  const { toolCalls = [] } = answer;
  const text = wirePieces(answer.text).join('');
  const reasoning = wirePieces(answer.reasoning).join('');
  return JSON.stringify({
    id: answer.id ?? 'chatcmpl-1',
    object: 'chat.completion',
    created: CREATED,
    model: answer.model ?? 'gpt-simulated',
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: text === '' && toolCalls.length > 0 ? null : text,
          ...(reasoning === '' ? {} : { reasoning_content: reasoning }),
          refusal: null,
          ...(toolCalls.length === 0
            ? {}
            : {
                tool_calls: toolCalls.map(({ id, name, input }, index) => ({
                  id: id ?? callId(index),
                  type: 'function',
                  function: { name, arguments: JSON.stringify(input ?? {}) },
                })),
              }),
        },
        logprobs: null,
        finish_reason: finishReasonOf(answer),
      },
    ],
    usage: usageOf(answer.usage ?? {}),
  });
}

/**
 * The JSON body of an OpenAI error response.
 *
 * @example
 * ```ts
 * const response = new Response(openaiErrorBody({ code: 'insufficient_quota' }), { status: 429 });
 * ```
 */
export function openaiErrorBody({
  message = 'The server had an error while processing your request.',
  type = 'server_error',
  param = null,
  code = null,
}: OpenaiWireError = {}): string {
  return JSON.stringify({ error: { message, type, param, code } });
}

/**
 * An error as a frame in the middle of an OpenAI stream.
 *
 * @example
 * ```ts
 * const [first = ''] = openaiChatFrames({ text: 'Hello world' });
 * const response = new Response(first + openaiErrorFrame());
 * ```
 */
export function openaiErrorFrame(error: OpenaiWireError = {}): string {
  return `data: ${openaiErrorBody(error)}\n\n`;
}

const frame = (json: unknown): string => `data: ${JSON.stringify(json)}\n\n`;

const callId = (index: number): string => `call_${String(index + 1)}`;

function finishReasonOf({ finishReason, toolCalls = [] }: WireAnswer): string {
  return finishReason ?? (toolCalls.length > 0 ? 'tool_calls' : 'stop');
}

function usageOf({
  inputTokens = 0,
  outputTokens = 0,
  totalTokens = inputTokens + outputTokens,
  cachedInputTokens = 0,
  reasoningTokens = 0,
}: Usage): unknown {
  return {
    prompt_tokens: inputTokens,
    completion_tokens: outputTokens,
    total_tokens: totalTokens,
    prompt_tokens_details: { cached_tokens: cachedInputTokens, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: reasoningTokens,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}
