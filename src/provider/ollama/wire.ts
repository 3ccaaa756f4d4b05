/** What is read of a line of a chat, or of a whole body. */
export interface ChatResponse {
  readonly model?: unknown;
  readonly message?: unknown;
  readonly done?: unknown;
  /** Absent in old servers. */
  readonly done_reason?: unknown;
  readonly prompt_eval_count?: unknown;
  readonly eval_count?: unknown;
}

export interface ChatMessage {
  readonly content?: unknown;
  readonly thinking?: unknown;
  readonly tool_calls?: unknown;
}

export interface ToolCall {
  /** Absent in old servers. */
  readonly id?: unknown;
  readonly function?: unknown;
}

export interface CalledFunction {
  readonly name?: unknown;
  /** A value, not text. */
  readonly arguments?: unknown;
}
