/** What is read of a chunk of a chat completion, or of a whole one. */
export interface ChatChunk {
  readonly id?: unknown;
  readonly model?: unknown;
  readonly object?: unknown;
  readonly type?: unknown;
  readonly choices?: unknown;
  readonly usage?: unknown;
  readonly x_groq?: unknown;
  readonly error?: unknown;
}

/** What only Groq says. */
export interface GroqFields {
  /** Why a stream ends early. */
  readonly error?: unknown;
  readonly usage?: unknown;
}

export interface ChatChoice {
  readonly index?: unknown;
  /** In a stream. */
  readonly delta?: unknown;
  /** In a whole body. */
  readonly message?: unknown;
  /** In legacy completions. */
  readonly text?: unknown;
  readonly finish_reason?: unknown;
  /** OpenRouter may put an error here. */
  readonly error?: unknown;
  /** Moonshot puts the counts here. */
  readonly usage?: unknown;
}

export interface ChatDelta {
  /** Text; with Mistral also a list of parts. */
  readonly content?: unknown;
  readonly refusal?: unknown;
  readonly reasoning_content?: unknown;
  readonly reasoning?: unknown;
  readonly reasoning_details?: unknown;
  /** GitHub Copilot. */
  readonly reasoning_text?: unknown;
  readonly tool_calls?: unknown;
  /** The form before `tool_calls`. */
  readonly function_call?: unknown;
}

export interface ContentPart {
  readonly type?: unknown;
  readonly text?: unknown;
  readonly thinking?: unknown;
}

export interface ReasoningDetail {
  readonly text?: unknown;
  readonly summary?: unknown;
}

export interface ToolCallDelta {
  readonly index?: unknown;
  readonly id?: unknown;
  readonly function?: unknown;
  readonly custom?: unknown;
}

export interface FunctionDelta {
  readonly name?: unknown;
  readonly arguments?: unknown;
  readonly input?: unknown;
}

export interface ChatUsage {
  readonly prompt_tokens?: unknown;
  readonly completion_tokens?: unknown;
  readonly total_tokens?: unknown;
  readonly prompt_tokens_details?: unknown;
  readonly completion_tokens_details?: unknown;
  /** DeepSeek. */
  readonly prompt_cache_hit_tokens?: unknown;
  /** Moonshot. */
  readonly cached_tokens?: unknown;
  /** Perplexity. */
  readonly reasoning_tokens?: unknown;
  /** LiteLLM and other gateways, in the words of Anthropic. */
  readonly cache_read_input_tokens?: unknown;
  readonly cache_creation_input_tokens?: unknown;
}
