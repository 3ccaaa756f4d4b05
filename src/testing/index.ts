export {
  marbles,
  type MarblesOptions,
  type MarbleTools,
  type StreamExpectation,
  type TestObservable,
} from './marbles';
export type { AssertDeepEqual } from './expectations';
export { eventValues, type MarbleValues } from './letters';
export type { SubscriptionSpan } from './rows';
export { fakeHandler, type FakeHandler } from './fake-handler';
export {
  answerEvents,
  finish,
  overloadedError,
  reasoningDelta,
  retract,
  start,
  textDelta,
  toolCall,
  usage,
  type AnswerEventsOptions,
} from './events';
export type { WireAnswer, WireToolCall } from './wire-answer';
export {
  openaiChatBody,
  openaiChatFrames,
  openaiErrorBody,
  openaiErrorFrame,
  type OpenaiWireError,
} from './openai-wire';
export {
  anthropicBody,
  anthropicErrorBody,
  anthropicErrorFrame,
  anthropicFrames,
  type AnthropicWireError,
} from './anthropic-wire';
