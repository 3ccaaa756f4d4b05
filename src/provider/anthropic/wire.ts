/** What is read of an event of a Messages stream. */
export interface MessageEvent {
  readonly type?: unknown;
  /** In `message_start`. */
  readonly message?: unknown;
  /** In the `content_block_…` events. */
  readonly index?: unknown;
  readonly content_block?: unknown;
  readonly delta?: unknown;
  /** In `message_delta`. */
  readonly usage?: unknown;
}

/** A message: whole in a JSON body, without its content in `message_start`. */
export interface Message {
  readonly id?: unknown;
  readonly model?: unknown;
  readonly content?: unknown;
  readonly stop_reason?: unknown;
  readonly usage?: unknown;
}

export interface ContentBlock {
  readonly type?: unknown;
  readonly text?: unknown;
  readonly thinking?: unknown;
  readonly id?: unknown;
  readonly name?: unknown;
  readonly input?: unknown;
}

export interface Delta {
  readonly type?: unknown;
  readonly text?: unknown;
  readonly thinking?: unknown;
  readonly partial_json?: unknown;
  readonly stop_reason?: unknown;
}

export interface MessageUsage {
  readonly input_tokens?: unknown;
  readonly output_tokens?: unknown;
  readonly cache_read_input_tokens?: unknown;
  readonly cache_creation_input_tokens?: unknown;
  readonly output_tokens_details?: unknown;
}
