// Handlers: what answers.
export { compose, type Handler, type Policy, type StreamPolicy } from './handler';
export type { ProviderOptions } from './provider/protocol';
export { openai, type OpenAIOptions } from './provider/openai/index';
export { openaiResponses, type OpenAIResponsesOptions } from './provider/openai-responses/index';
export { anthropic, type AnthropicOptions } from './provider/anthropic/index';
export { gemini, type GeminiOptions } from './provider/gemini/index';
export { ollama, type OllamaOptions } from './provider/ollama/index';
export { failover, type FailoverOptions } from './combinator/failover';
export { hedge, type HedgeOptions, type PercentileDelay } from './combinator/hedge';
export {
  loadBalance,
  type EjectOptions,
  type LoadBalanceOptions,
  type LoadBalancer,
  type MemberState,
} from './combinator/load-balance';
export { route, type RouteRule } from './combinator/route';
export type { RouteCapability, RouteConditions, RouteContext } from './internal/route-conditions';
export { raceFirstToken } from './combinator/race-first-token';
export type { Members } from './internal/members';

// The usual pipeline: all of it in one call.
export {
  standard,
  type Standard,
  type StandardLayer,
  type StandardMember,
  type StandardOptions,
  type StandardPreset,
} from './standard';
export { presets } from './presets';

// Transports: how the providers reach their servers.
export { closeDefaultTransport } from './transport/default';
export { fetchTransport, type FetchTransportOptions } from './transport/fetch';
export type { ResponseHead, Transport, TransportRequest } from './transport/transport';

// Policies: what stands between.
export {
  cooldown,
  type Cooldown,
  type CooldownOptions,
  type CooldownState,
} from './policy/cooldown';
export { deadlines, type DeadlinesOptions } from './policy/deadlines';
export {
  adaptConcurrency,
  type AdaptConcurrencyOptions,
  type AdaptiveLimit,
  type AdaptiveState,
} from './policy/adapt-concurrency';
export {
  admission,
  type Admission,
  type AdmissionOptions,
  type AdmissionState,
  type DrainOptions,
  type DrainReport,
} from './policy/admission';
export { cache, type Cache, type CacheOptions, type CacheStats } from './policy/cache';
export {
  circuitBreaker,
  type CircuitBreaker,
  type CircuitBreakerOptions,
  type CircuitState,
} from './policy/circuit-breaker';
export type { SlotsState } from './internal/slots';
export {
  limitConcurrency,
  type ConcurrencyLimit,
  type ConcurrencyState,
  type LimitConcurrencyOptions,
} from './policy/limit-concurrency';
export {
  limitRate,
  type LimitRateOptions,
  type RateLimit,
  type RateState,
} from './policy/limit-rate';
export { retryBackoff, type RetryBackoffOptions } from './policy/retry-backoff';
export type { RetryAllowance, RetryFailure } from './policy/state/retry-allowance';
export { RetryBudget, type RetryBudgetOptions } from './policy/state/retry-budget';
export { RetryQuota, type RetryQuotaOptions } from './policy/state/retry-quota';
export { RetryThrottle, type RetryThrottleOptions } from './policy/state/retry-throttle';

// Request streams: many requests in, one outcome each out.
export { askEach, type AskEachOptions, type Outcome } from './combinator/ask-each';

// Views: from events to what a screen or a socket takes.
export { coalesce, type CoalesceOptions } from './view/coalesce';
export type { Boundary } from './internal/boundary';
export { textDeltas } from './view/text-deltas';
export { textSoFar } from './view/text-so-far';
export { toAnswer, type ToAnswerOptions } from './view/to-answer';
export { toAsyncIterable } from './view/to-async-iterable';
export { toReadableStream } from './view/to-readable-stream';

// Requests.
export { estimateTokens } from './request/estimate-tokens';
export { assistant, prompt, system, toolResult, user } from './request/messages';
export { requestKey } from './request/request-key';
export type {
  AssistantMessage,
  CalledTool,
  ChatRequest,
  ContentPart,
  FilePart,
  ImagePart,
  Message,
  OutputFormat,
  Reasoning,
  RequestContext,
  SystemMessage,
  TextPart,
  Tool,
  ToolMessage,
  UserMessage,
} from './request/chat-request';

// Events.
export type {
  CacheEvent,
  ChatEvent,
  DegradedEvent,
  FinishEvent,
  FinishReason,
  KeepAliveEvent,
  NoticeEvent,
  OutputEvent,
  RateAllowance,
  RateAllowances,
  ReasoningDeltaEvent,
  RepairEvent,
  RetractEvent,
  RetryEvent,
  RouteEvent,
  RouteLoser,
  StartEvent,
  TextDeltaEvent,
  ToolCall,
  ToolCallDeltaEvent,
  ToolCallEvent,
  UsageEvent,
  WaitEvent,
} from './event/chat-event';
export type { ChatAnswer } from './event/fold';
export type { Usage } from './event/usage';

// Errors.
export { classify, type FailureSignal } from './error/classify';
export { LlmError, type LlmErrorFields, type LlmErrorKind } from './error/llm-error';
