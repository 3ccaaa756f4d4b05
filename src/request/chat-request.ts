/** A question to a model. */
export interface ChatRequest {
  /** The conversation so far; at least one message. */
  readonly messages: readonly Message[];
  /** Overrides the model of the provider. */
  readonly model?: string | undefined;
  /** How freely the model picks its words; from 0, and mostly up to 1 or 2. */
  readonly temperature?: number | undefined;
  /** The share of likely words that the model picks from; 0 to 1. */
  readonly topP?: number | undefined;
  /** The most tokens that the answer may have, with those of reasoning in most models. */
  readonly maxOutputTokens?: number | undefined;
  /** Texts that end the answer where the model would write one. */
  readonly stop?: readonly string[] | undefined;
  /** Asks for the same answer to the same question, as far as the model can. */
  readonly seed?: number | undefined;
  /** What the model may call. */
  readonly tools?: readonly Tool[] | undefined;
  /** Whether the model may, must not or must call a tool; or the one that it must call. */
  readonly toolChoice?: 'auto' | 'none' | 'required' | { readonly name: string } | undefined;
  /** Asks for JSON: of this JSON Schema. */
  readonly output?: OutputFormat | undefined;
  /** How much the model thinks before it answers. */
  readonly reasoning?: Reasoning | undefined;
  /** Fields merged into the wire body as they are, by provider name. */
  readonly providerOptions?:
    Readonly<Record<string, Readonly<Record<string, unknown>>>> | undefined;
  /** What is not part of the question and never reaches the wire. */
  readonly context?: RequestContext | undefined;
}

/** One message of a conversation. */
export type Message = SystemMessage | UserMessage | AssistantMessage | ToolMessage;

/** The rules for the model. */
export interface SystemMessage {
  readonly role: 'system';
  readonly content: string;
}

/** What the user says: text, or parts with images and files. */
export interface UserMessage {
  readonly role: 'user';
  readonly content: string | readonly ContentPart[];
}

/** What the model has said, and the tools that it has called. */
export interface AssistantMessage {
  readonly role: 'assistant';
  readonly content: string;
  readonly toolCalls?: readonly CalledTool[] | undefined;
}

/** What a tool has answered to a call. */
export interface ToolMessage {
  readonly role: 'tool';
  /** The `id` of the tool call that this answers. */
  readonly toolCallId: string;
  /** The name of the tool; Gemini and Ollama match results by name. */
  readonly name: string;
  readonly content: string;
  /**
   * Whether the tool has failed. Only Anthropic and Gemini have a word for it: let the content say
   * so, too.
   */
  readonly isError?: boolean | undefined;
}

/** One part of a user message. */
export type ContentPart = TextPart | ImagePart | FilePart;

/** A text. */
export interface TextPart {
  readonly type: 'text';
  readonly text: string;
}

/** A picture. */
export interface ImagePart {
  readonly type: 'image';
  /** An `https:` or `data:` URL, or the bare base64 text of the picture. */
  readonly image: string;
  /** Needed with bare base64, for example `image/png`. */
  readonly mediaType?: string | undefined;
}

/** A file. */
export interface FilePart {
  readonly type: 'file';
  /** An `https:` or `data:` URL, or the bare base64 text of the file. */
  readonly file: string;
  /** For example `application/pdf`. */
  readonly mediaType: string;
  readonly name?: string | undefined;
}

/** A tool that the model has called; the calls of an answer are such. */
export interface CalledTool {
  readonly id: string;
  readonly name: string;
  /** The arguments: JSON as a value, or free text for tools that take text. */
  readonly input: unknown;
}

/** A tool that the model may call. */
export interface Tool {
  readonly name: string;
  /** What it does and when to call it, for the model. */
  readonly description?: string | undefined;
  /** JSON Schema of the arguments. */
  readonly parameters?: Readonly<Record<string, unknown>> | undefined;
}

/** The form that the text of an answer must have. */
export interface OutputFormat {
  readonly schema: Readonly<Record<string, unknown>>;
  /** How the model is told to call it. */
  readonly name?: string | undefined;
  /** Whether the server holds the model to the schema, where that can be chosen. */
  readonly strict?: boolean | undefined;
}

/** How much a model thinks; each model takes what it knows of it. */
export interface Reasoning {
  readonly effort?: 'none' | 'minimal' | 'low' | 'medium' | 'high' | undefined;
  /** The most tokens of it. */
  readonly maxTokens?: number | undefined;
}

/** What is not part of the question and never reaches the wire. */
export interface RequestContext {
  /** Keeps the cached answers of tenants apart. */
  readonly tenant?: string | undefined;
  /** Keeps the calls of one conversation together, as `loadBalance` by `sticky` does. */
  readonly session?: string | undefined;
  /** Texts of your own, for your logs. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** Higher goes first wherever requests wait. */
  readonly priority?: number | undefined;
  /**
   * When the whole call must have ended, on the scheduler's clock, in milliseconds: set and kept
   * by `deadlines`.
   */
  readonly deadline?: number | undefined;
  /**
   * When an attempt must have said something, likewise: its share of the time until the deadline,
   * which retries and combinators set.
   */
  readonly firstTokenDeadline?: number | undefined;
  /** Asks for `keep-alive` events, as `deadlines` does. */
  readonly keepAlives?: boolean | undefined;
}
