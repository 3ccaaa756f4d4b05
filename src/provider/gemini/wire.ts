/** What is read of a response: a whole one, or one frame of a stream. */
export interface GenerateContentResponse {
  readonly candidates?: unknown;
  readonly promptFeedback?: unknown;
  readonly usageMetadata?: unknown;
  readonly modelVersion?: unknown;
  readonly responseId?: unknown;
}

export interface Candidate {
  readonly index?: unknown;
  readonly content?: unknown;
  readonly finishReason?: unknown;
}

export interface Part {
  readonly text?: unknown;
  /** The text is reasoning. */
  readonly thought?: unknown;
  readonly functionCall?: unknown;
}

export interface FunctionCall {
  readonly id?: unknown;
  readonly name?: unknown;
  readonly args?: unknown;
  /** Where the arguments come in pieces. */
  readonly partialArgs?: unknown;
  readonly willContinue?: unknown;
}

/** A piece of one argument; one of the values is there. */
export interface PartialArg {
  readonly jsonPath?: unknown;
  readonly stringValue?: unknown;
  readonly numberValue?: unknown;
  readonly boolValue?: unknown;
  readonly nullValue?: unknown;
}

export interface UsageMetadata {
  readonly promptTokenCount?: unknown;
  readonly candidatesTokenCount?: unknown;
  readonly totalTokenCount?: unknown;
  readonly thoughtsTokenCount?: unknown;
  readonly cachedContentTokenCount?: unknown;
}
