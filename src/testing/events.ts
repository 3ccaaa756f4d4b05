import { LlmError } from '../error/llm-error';
import type {
  ChatEvent,
  FinishEvent,
  ReasoningDeltaEvent,
  RetractEvent,
  StartEvent,
  TextDeltaEvent,
  ToolCallEvent,
  UsageEvent,
} from '../event/chat-event';
import type { Usage } from '../event/usage';
import { wirePieces } from './wire-answer';

/**
 * An event for tests: an attempt has reached the model. Its provider is `'fake'` by default.
 *
 * @example
 * ```ts
 * const ask = fakeHandler([start({ model: 'gpt-5-mini' }), textDelta('Hello'), finish()]);
 * ```
 */
export function start(fields: Partial<Omit<StartEvent, 'type'>> = {}): StartEvent {
  return { type: 'start', provider: 'fake', ...fields };
}

/**
 * An event for tests: more text.
 *
 * @example
 * ```ts
 * const ask = fakeHandler([start(), textDelta('Hel'), textDelta('lo'), finish()]);
 * ```
 */
export function textDelta(text: string): TextDeltaEvent {
  return { type: 'text-delta', text };
}

/**
 * An event for tests: more reasoning.
 *
 * @example
 * ```ts
 * const ask = fakeHandler([start(), reasoningDelta('Let me see.'), textDelta('42'), finish()]);
 * ```
 */
export function reasoningDelta(text: string): ReasoningDeltaEvent {
  return { type: 'reasoning-delta', text };
}

/**
 * An event for tests: a whole tool call, the answer's first one by default.
 *
 * @example
 * ```ts
 * const call = toolCall('weather', { city: 'Bern' });
 * const ask = fakeHandler([start(), call, finish({ reason: 'tool-calls' })]);
 * ```
 */
export function toolCall(
  name: string,
  input: unknown = {},
  {
    index = 0,
    id = `call_${String(index + 1)}`,
  }: { readonly index?: number; readonly id?: string } = {},
): ToolCallEvent {
  return { type: 'tool-call', index, id, name, input };
}

/**
 * An event for tests: token counts so far.
 *
 * @example
 * ```ts
 * const ask = fakeHandler([start(), usage({ inputTokens: 3 }), textDelta('Hello'), finish()]);
 * ```
 */
export function usage(counts: Usage): UsageEvent {
  return { type: 'usage', usage: counts };
}

/**
 * An event for tests: the answer is whole. Its reason is `'stop'` by default.
 *
 * @example
 * ```ts
 * const cutShort = finish({ reason: 'length', usage: { outputTokens: 100 } });
 * const ask = fakeHandler([start(), textDelta('And so'), cutShort]);
 * ```
 */
export function finish(fields: Partial<Omit<FinishEvent, 'type'>> = {}): FinishEvent {
  return { type: 'finish', reason: 'stop', ...fields };
}

/**
 * An event for tests: everything since the last `start` is void.
 *
 * @example
 * ```ts
 * const ask = fakeHandler([start(), textDelta('No'), retract(), ...answerEvents('Yes')]);
 * ```
 */
export function retract(): RetractEvent {
  return { type: 'retract' };
}

/**
 * The error that `#` stands for: the server is overloaded, and may be asked again.
 *
 * @example
 * ```ts
 * const flaky = fakeHandler(throwError(overloadedError), answerEvents('Hello'));
 * const ask = compose(flaky, retryBackoff({ throttledBase: 1 }));
 * ```
 */
export function overloadedError(): LlmError {
  return new LlmError('fake: the server is overloaded; it may be asked again', {
    kind: 'overloaded',
    provider: 'fake',
  });
}

/** What an answer for tests holds besides its text. */
export interface AnswerEventsOptions {
  /** @defaultValue `'fake'` */
  readonly provider?: string | undefined;
  readonly model?: string | undefined;
  readonly reasoning?: string | undefined;
  readonly toolCalls?: readonly { readonly name: string; readonly input?: unknown }[] | undefined;
  /** @defaultValue `'stop'`, or `'tool-calls'` where there are some */
  readonly reason?: FinishEvent['reason'] | undefined;
  readonly usage?: Usage | undefined;
}

/**
 * All events of an answer, from `start` to `finish`, with one delta a word.
 *
 * @param text - The text, or its pieces.
 * @param options - See {@link AnswerEventsOptions}.
 *
 * @example
 * ```ts
 * const ask = fakeHandler(answerEvents('Hello world', { usage: { outputTokens: 2 } }));
 * ```
 */
export function answerEvents(
  text: string | readonly string[],
  options: AnswerEventsOptions = {},
): readonly ChatEvent[] {
  const { provider = 'fake', model, reasoning, toolCalls = [], usage: counts } = options;
  const { reason = toolCalls.length > 0 ? 'tool-calls' : 'stop' } = options;
  return [
    start(model === undefined ? { provider } : { provider, model }),
    ...wirePieces(reasoning).map(reasoningDelta),
    ...wirePieces(text).map(textDelta),
    ...toolCalls.map(({ name, input }, index) => toolCall(name, input, { index })),
    finish(counts === undefined ? { reason } : { reason, usage: counts }),
  ];
}
