import type { Usage } from '../event/usage';
import { inputPieces, wirePieces, type WireAnswer, type WireToolCall } from './wire-answer';

/** An error of an Anthropic server. */
export interface AnthropicWireError {
  /** For example `overloaded_error`, `rate_limit_error`, `invalid_request_error`. */
  readonly type?: string | undefined;
  readonly message?: string | undefined;
  readonly requestId?: string | undefined;
}

/**
 * An answer as the frames of an Anthropic Messages stream, from `message_start` to
 * `message_stop`. Joined they are the body.
 *
 * @example
 * ```ts
 * const frames = anthropicFrames({ text: ['Hel', 'lo'], usage: { outputTokens: 2 } });
 * const response = new Response(frames.join(''));
 * ```
 */
export function anthropicFrames(answer: WireAnswer): readonly string[] {
  const { usage = {} } = answer;
  const blocks = blocksOf(answer);
  return [
    frame('message_start', {
      message: {
        id: answer.id ?? 'msg_1',
        type: 'message',
        role: 'assistant',
        model: answer.model ?? 'claude-simulated',
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: { ...inputUsage(usage), output_tokens: 1, service_tier: 'standard' },
      },
    }),
    ...blocks.flatMap(({ start, deltas }, index) => [
      frame('content_block_start', { index, content_block: start }),
      ...(index === 0 ? [frame('ping', {})] : []),
      ...deltas.map((delta) => frame('content_block_delta', { index, delta })),
      frame('content_block_stop', { index }),
    ]),
    frame('message_delta', {
      delta: { stop_reason: stopReasonOf(answer), stop_sequence: null },
      usage: { ...inputUsage(usage), output_tokens: usage.outputTokens ?? 0 },
    }),
    frame('message_stop', {}),
  ];
}

/**
 * The same answer as the JSON body of a request without `stream`.
 *
 * @example
 * ```ts
 * const response = new Response(anthropicBody({ text: 'Hello world' }));
 * ```
 */
export function anthropicBody(answer: WireAnswer): string {
  const { usage = {} } = answer;
  return JSON.stringify({
    id: answer.id ?? 'msg_1',
    type: 'message',
    role: 'assistant',
    model: answer.model ?? 'claude-simulated',
    content: blocksOf(answer).map(({ whole }) => whole),
    stop_reason: stopReasonOf(answer),
    stop_sequence: null,
    usage: {
      ...inputUsage(usage),
      output_tokens: usage.outputTokens ?? 0,
      service_tier: 'standard',
    },
  });
}

/**
 * The JSON body of an Anthropic error response.
 *
 * @example
 * ```ts
 * const body = anthropicErrorBody({ type: 'overloaded_error' });
 * const response = new Response(body, { status: 529 });
 * ```
 */
export function anthropicErrorBody({
  type = 'api_error',
  message = 'Internal server error',
  requestId,
}: AnthropicWireError = {}): string {
  return JSON.stringify({
    type: 'error',
    error: { type, message },
    ...(requestId === undefined ? {} : { request_id: requestId }),
  });
}

/**
 * An error as a frame in the middle of an Anthropic stream.
 *
 * @example
 * ```ts
 * const [first = ''] = anthropicFrames({ text: 'Hello world' });
 * const response = new Response(first + anthropicErrorFrame({ type: 'overloaded_error' }));
 * ```
 */
export function anthropicErrorFrame(error: AnthropicWireError = {}): string {
  return `event: error\ndata: ${anthropicErrorBody(error)}\n\n`;
}

interface Block {
  readonly start: unknown;
  readonly deltas: readonly unknown[];
  /** The block in a body that is not streamed. */
  readonly whole: unknown;
}

function blocksOf({ reasoning, text, toolCalls = [] }: WireAnswer): readonly Block[] {
  const thinking = wirePieces(reasoning);
  const pieces = wirePieces(text);
  return [
    ...(thinking.length > 0 ? [thinkingBlock(thinking)] : []),
    ...(pieces.length > 0 ? [textBlock(pieces)] : []),
    ...toolCalls.map(toolBlock),
  ];
}

function thinkingBlock(pieces: readonly string[]): Block {
  const signature = 'c2lnbmF0dXJl';
  return {
    start: { type: 'thinking', thinking: '', signature: '' },
    deltas: [
      ...pieces.map((thinking) => ({ type: 'thinking_delta', thinking })),
      { type: 'signature_delta', signature },
    ],
    whole: { type: 'thinking', thinking: pieces.join(''), signature },
  };
}

function textBlock(pieces: readonly string[]): Block {
  return {
    start: { type: 'text', text: '' },
    deltas: pieces.map((text) => ({ type: 'text_delta', text })),
    whole: { type: 'text', text: pieces.join('') },
  };
}

function toolBlock(call: WireToolCall, index: number): Block {
  const { id = `toolu_${String(index + 1)}`, name, input = {} } = call;
  return {
    start: { type: 'tool_use', id, name, input: {} },
    // The real server opens with an empty piece, and says no arguments with no other piece.
    deltas: ['', ...(call.input === undefined ? [] : inputPieces(input))].map((piece) => ({
      type: 'input_json_delta',
      partial_json: piece,
    })),
    whole: { type: 'tool_use', id, name, input },
  };
}

function frame(type: string, fields: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
}

function stopReasonOf({ finishReason, toolCalls = [] }: WireAnswer): string {
  return finishReason ?? (toolCalls.length > 0 ? 'tool_use' : 'end_turn');
}

function inputUsage({ inputTokens = 0, cachedInputTokens = 0, cacheWriteTokens = 0 }: Usage) {
  return {
    input_tokens: inputTokens,
    cache_creation_input_tokens: cacheWriteTokens,
    cache_read_input_tokens: cachedInputTokens,
  };
}
