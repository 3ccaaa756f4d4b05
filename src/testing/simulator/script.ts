import { anthropicBody, anthropicFrames } from '../anthropic-wire';
import { openaiChatBody, openaiChatFrames } from '../openai-wire';
import { wirePieces, type WireAnswer } from '../wire-answer';
import { inputLength, tokenLimit, wantsUsage, type SimulatedCall } from './call';
import { placeOf, type AnswerFault } from './faults';
import { between, type Random } from './random';

/** What a frame is in the course of an answer. */
export type FrameKind = 'token' | 'arguments' | 'finish' | 'other';

/** A piece of the response body that is sent as one. */
export interface ScriptFrame {
  readonly text: string;
  readonly kind: FrameKind;
}

/** The response body of one call. */
export interface Script {
  readonly streamed: boolean;
  readonly contentType: string;
  readonly frames: readonly ScriptFrame[];
  /** How many tokens the answer has. */
  readonly tokens: number;
}

/** Writes the answer to a call in its protocol. */
export function writeScript(call: SimulatedCall, answer: WireAnswer): Script {
  const whole = withinLimit(call, answer);
  const frames = streamFrames(call, whole);
  const tokens = frames.filter(isToken).length;
  if (call.stream) {
    return { streamed: true, contentType: 'text/event-stream; charset=utf-8', frames, tokens };
  }
  const body = call.protocol === 'openai' ? openaiChatBody(whole) : anthropicBody(whole);
  const half = Math.floor(body.length / 2);
  return {
    streamed: false,
    contentType: 'application/json',
    frames: [body.slice(0, half), body.slice(half)].map((text) => ({ text, kind: 'other' })),
    tokens,
  };
}

/** The index of the frame before which a fault strikes. */
export function strikeIndex(
  { streamed, frames }: Script,
  fault: AnswerFault,
  random: Random,
): number {
  const at = placeOf(fault);
  if (at === 'connect' || at === 'headers') return 0;
  // An error takes the place of a JSON body; all else breaks it in its middle.
  if (!streamed) return fault.kind === 'error' ? 0 : 1;
  const tokens = frames.flatMap((frame, index) => (isToken(frame) ? [index] : []));
  const finish = frames.findIndex(({ kind }) => kind === 'finish');
  switch (at) {
    case 'first-token':
      return tokens[0] ?? finish;
    case 'tool-arguments':
      return lastOfFirstCall(frames) ?? finish;
    case 'before-terminal':
      return finish + 1;
    case 'random':
      return tokens[between(random, 0, tokens.length)] ?? finish;
    default:
      return tokens[at] ?? finish;
  }
}

export function isToken({ kind }: ScriptFrame): boolean {
  return kind === 'token' || kind === 'arguments';
}

// The last piece: whatever their length, the arguments are broken without it.
function lastOfFirstCall(frames: readonly ScriptFrame[]): number | undefined {
  const first = frames.findIndex(({ kind }) => kind === 'arguments');
  if (first === -1) return undefined;
  const length = frames.slice(first).findIndex(({ kind }) => kind !== 'arguments');
  return first + length - 1;
}

function streamFrames(call: SimulatedCall, { usage, ...answer }: WireAnswer): ScriptFrame[] {
  const { protocol } = call;
  const told = wantsUsage(call) ? { ...answer, usage } : answer;
  const texts = protocol === 'openai' ? openaiChatFrames(told) : anthropicFrames(told);
  return texts.map((text) => ({ text, kind: kindOf[protocol](text) }));
}

// The quotes of a model's text are escaped in JSON, so text can't pass for a field.
const kindOf = {
  openai: (frame: string): FrameKind => {
    if (frame.includes('"function":{"arguments":"')) return 'arguments';
    if (frame.includes('"function":{"name":"')) return 'token';
    if (/"delta":\{"(?:reasoning_)?content":"/.test(frame)) return 'token';
    return frame.includes('"finish_reason":"') ? 'finish' : 'other';
  },
  anthropic: (frame: string): FrameKind => {
    if (frame.includes('"type":"input_json_delta"')) return 'arguments';
    if (/"type":"(?:text_delta|thinking_delta|tool_use)"/.test(frame)) return 'token';
    return frame.startsWith('event: message_delta') ? 'finish' : 'other';
  },
};

/** Cuts an answer at the caller's limit, and counts what it used. */
function withinLimit(call: SimulatedCall, answer: WireAnswer): WireAnswer {
  const limit = tokenLimit(call);
  const reasoning = wirePieces(answer.reasoning);
  const text = wirePieces(answer.text);
  const length = reasoning.length + text.length;
  const lengthReason = call.protocol === 'openai' ? 'length' : 'max_tokens';
  const cut: WireAnswer =
    length > limit
      ? { ...answer, toolCalls: [], finishReason: answer.finishReason ?? lengthReason }
      : answer;
  const outputTokens = Math.min(length, limit) + toolLength(cut);
  return {
    model: call.model,
    ...cut,
    reasoning: reasoning.slice(0, limit),
    text: text.slice(0, Math.max(0, limit - reasoning.length)),
    usage: { inputTokens: inputLength(call), outputTokens, ...answer.usage },
  };
}

const toolLength = ({ toolCalls = [] }: WireAnswer): number =>
  toolCalls.reduce((sum, { input }) => sum + Math.ceil(JSON.stringify(input ?? {}).length / 8), 0);
