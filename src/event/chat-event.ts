import type { Usage } from './usage';

/** Why an answer ended, in one vocabulary for all providers. */
export type FinishReason = 'stop' | 'length' | 'tool-calls' | 'content-filter' | 'unknown';

/** A call of a tool that the model asks for. */
export interface ToolCall {
  readonly id: string;
  readonly name: string;
  /** The parsed arguments; the raw text where the tool takes text or `invalid` is set. */
  readonly input: unknown;
  /** Set when the arguments were not valid JSON. */
  readonly invalid?: true;
}

/** One of the server's rate limits, as its headers say; what it doesn't say is absent. */
export interface RateAllowance {
  readonly limit?: number;
  readonly remaining?: number;
  /** Until when it counts, in milliseconds from the response on. */
  readonly reset?: number;
}

/** The server's rate limits. */
export interface RateAllowances {
  readonly requests?: RateAllowance;
  readonly tokens?: RateAllowance;
}

/** An attempt has reached the model; what follows belongs to it. */
export interface StartEvent {
  readonly type: 'start';
  readonly provider: string;
  /** The model that answers, as the server names it. */
  readonly model?: string;
  /** The answer's id, as the server names it. */
  readonly id?: string;
  /** What the server's headers say of its limits. */
  readonly rateLimit?: RateAllowances;
}

/** More text of the answer. */
export interface TextDeltaEvent {
  readonly type: 'text-delta';
  readonly text: string;
}

/** More of the model's reasoning. */
export interface ReasoningDeltaEvent {
  readonly type: 'reasoning-delta';
  readonly text: string;
}

/** A fragment of a tool call's arguments, for screens that show them grow. */
export interface ToolCallDeltaEvent {
  readonly type: 'tool-call-delta';
  /** Counts the answer's tool calls from 0. */
  readonly index: number;
  readonly id: string;
  readonly name: string;
  /** The fragment of the arguments' text; may be empty. */
  readonly input: string;
}

/** A whole tool call. */
export interface ToolCallEvent extends ToolCall {
  readonly type: 'tool-call';
  /** Counts the answer's tool calls from 0. */
  readonly index: number;
}

/** Token counts so far; a later one replaces an earlier one. */
export interface UsageEvent {
  readonly type: 'usage';
  readonly usage: Usage;
}

/** The answer is whole: the wire has reached its terminal. */
export interface FinishEvent {
  readonly type: 'finish';
  readonly reason: FinishReason;
  /** The reason in the provider's words; absent when it gave none. */
  readonly rawReason?: string;
  readonly usage?: Usage;
  /** The model's words of refusal, where the protocol keeps them apart from text. */
  readonly refusal?: string;
}

/** Everything since the last `start` is void. */
export interface RetractEvent {
  readonly type: 'retract';
}

/** An attempt failed and another one follows after a wait. */
export interface RetryEvent {
  readonly type: 'retry';
  /** The number of the coming attempt; the first retry is attempt 2. */
  readonly attempt: number;
  /** The wait before it, in milliseconds. */
  readonly delay: number;
  readonly error: unknown;
}

/** A combinator has chosen who answers. */
export interface RouteEvent {
  readonly type: 'route';
  /** The combinator that chose, for example `failover`. */
  readonly by: string;
  /** The chosen member's key in the combinator's record. */
  readonly name: string;
  /** The failure that led here, when another member was tried first. */
  readonly error?: unknown;
  /** Who was asked in vain while others were, when there was a race. */
  readonly losers?: readonly RouteLoser[];
  /** The rule that chose, and why, when there are rules: `rule 2: keywords 'code'`. */
  readonly reason?: string;
}

/** A member that was asked in vain: it failed, or was aborted as another one answered. */
export interface RouteLoser {
  readonly name: string;
  /** What it said that it used, up to then. */
  readonly usage?: Usage;
  /** Present when it failed. */
  readonly error?: unknown;
}

/** The answer comes from the cache, or from a call already under way. */
export interface CacheEvent {
  readonly type: 'cache';
  readonly status: 'hit' | 'joined';
  /** The age of the kept answer, or how long the joined call has run, in milliseconds. */
  readonly age: number;
  /** How long the kept answer took to make, in milliseconds; on hits only. */
  readonly saved?: number;
}

/** The call waits for its turn. */
export interface WaitEvent {
  readonly type: 'wait';
  /** The policy that makes it wait, for example `limitConcurrency`. */
  readonly by: string;
  /** How many wait before it. */
  readonly ahead: number;
}

/** An answer was found wanting and is asked for again. */
export interface RepairEvent {
  readonly type: 'repair';
  readonly attempt: number;
  readonly error: unknown;
}

/** A side service (a store, a cache) failed; the call goes on without it. */
export interface DegradedEvent {
  readonly type: 'degraded';
  readonly by: string;
  readonly error: unknown;
}

/**
 * The server still works on the answer: its response has begun, or it sent a ping, a comment
 * or a frame that says nothing. Only where `context.keepAlives` asks for them.
 */
export interface KeepAliveEvent {
  readonly type: 'keep-alive';
}

/** Output: what the model says. */
export type OutputEvent =
  | StartEvent
  | TextDeltaEvent
  | ReasoningDeltaEvent
  | ToolCallDeltaEvent
  | ToolCallEvent
  | UsageEvent
  | FinishEvent;

/** Notices: what the pipeline does. */
export type NoticeEvent =
  RetryEvent | RouteEvent | CacheEvent | WaitEvent | RepairEvent | DegradedEvent | KeepAliveEvent;

/** Everything that happens in one call. */
export type ChatEvent = OutputEvent | RetractEvent | NoticeEvent;

/** Tells a delta (text, reasoning or tool call): the first one commits an attempt. */
export function isDelta(event: unknown): boolean {
  switch ((event as { type?: unknown } | null | undefined)?.type) {
    case 'text-delta':
    case 'reasoning-delta':
    case 'tool-call-delta':
    case 'tool-call':
      return true;
    default:
      return false;
  }
}

/** A piece of text or of reasoning, as most events of an answer are. */
export type TextEvent = TextDeltaEvent | ReasoningDeltaEvent;

/** Tells a piece of text or of reasoning. */
export function isText(event: ChatEvent): event is TextEvent {
  return event.type === 'text-delta' || event.type === 'reasoning-delta';
}

/** Tells the event that makes an answer whole: whoever leaves after it has got all of it. */
export function isFinish(event: unknown): boolean {
  const { type, reason } = (event ?? {}) as { type?: unknown; reason?: unknown };
  return type === 'finish' && reason !== undefined;
}

/** Tells a sign of life that says nothing. */
export function isKeepAlive(event: unknown): boolean {
  return (event as { type?: unknown } | null | undefined)?.type === 'keep-alive';
}

/** Tells a notice that another attempt follows, which is paid for unless a cache says otherwise. */
export function asksAnew(event: ChatEvent): boolean {
  switch (event.type) {
    case 'retry':
    case 'repair':
      return true;
    case 'route':
      return event.error !== undefined;
    default:
      return false;
  }
}
