/** What is read of an event of a Responses stream. */
export interface ResponseEvent {
  readonly type?: unknown;
  /** Of a whole response. */
  readonly object?: unknown;
  readonly response?: unknown;
  readonly output_index?: unknown;
  readonly content_index?: unknown;
  readonly summary_index?: unknown;
  readonly item_id?: unknown;
  readonly item?: unknown;
  readonly part?: unknown;
  readonly delta?: unknown;
  readonly text?: unknown;
  readonly refusal?: unknown;
  readonly name?: unknown;
  readonly arguments?: unknown;
  readonly input?: unknown;
}

/** A response: in a stream's first and last events, or as a whole body. */
export interface ResponseObject {
  readonly id?: unknown;
  readonly model?: unknown;
  readonly status?: unknown;
  readonly error?: unknown;
  readonly incomplete_details?: unknown;
  readonly output?: unknown;
  readonly usage?: unknown;
}

/** One thing that the model made: a message, its reasoning, a call of a tool. */
export interface OutputItem {
  readonly type?: unknown;
  readonly id?: unknown;
  readonly status?: unknown;
  readonly call_id?: unknown;
  readonly name?: unknown;
  readonly arguments?: unknown;
  readonly input?: unknown;
  readonly content?: unknown;
  readonly summary?: unknown;
}

export interface OutputPart {
  readonly type?: unknown;
  readonly text?: unknown;
  readonly refusal?: unknown;
}

export interface ResponseUsage {
  readonly input_tokens?: unknown;
  readonly output_tokens?: unknown;
  readonly total_tokens?: unknown;
  readonly input_tokens_details?: unknown;
  readonly output_tokens_details?: unknown;
}
