import * as z from 'zod';

// The one source of the request types. Parsed where data enters from outside (a CLI,
// a server, a file), not on every call.

const text = z.object({ type: z.literal('text'), text: z.string() });

const image = z.object({
  type: z.literal('image'),
  /** An `https:` or `data:` URL, or the bare base64 text of the picture. */
  image: z.string(),
  /** Needed with bare base64, for example `image/png`. */
  mediaType: z.string().optional(),
});

const file = z.object({
  type: z.literal('file'),
  /** An `https:` or `data:` URL, or the bare base64 text of the file. */
  file: z.string(),
  /** For example `application/pdf`. */
  mediaType: z.string(),
  name: z.string().optional(),
});

const toolCall = z.object({
  id: z.string(),
  name: z.string(),
  /** The arguments: JSON as a value, or free text for tools that take text. */
  input: z.unknown(),
});

/** Schema of one part of a user message. */
export const contentPartSchema = z.discriminatedUnion('type', [text, image, file]);

/** Schema of one message. */
export const messageSchema = z.discriminatedUnion('role', [
  z.object({ role: z.literal('system'), content: z.string() }),
  z.object({
    role: z.literal('user'),
    content: z.union([z.string(), z.array(contentPartSchema).readonly()]),
  }),
  z.object({
    role: z.literal('assistant'),
    content: z.string(),
    toolCalls: z.array(toolCall).readonly().optional(),
  }),
  z.object({
    role: z.literal('tool'),
    /** The `id` of the tool call that this answers. */
    toolCallId: z.string(),
    /** The name of the tool; Gemini and Ollama match results by name. */
    name: z.string(),
    content: z.string(),
    isError: z.boolean().optional(),
  }),
]);

const jsonSchema = z.record(z.string(), z.unknown());

/** Schema of a tool that the model may call. */
export const toolSchema = z.object({
  name: z.string(),
  description: z.string().optional(),
  /** JSON Schema of the arguments. */
  parameters: jsonSchema.optional(),
});

/** Schema of what is not part of the question and never reaches the wire. */
export const requestContextSchema = z.object({
  /** Keeps the cached answers of tenants apart. */
  tenant: z.string().optional(),
  session: z.string().optional(),
  labels: z.record(z.string(), z.string()).optional(),
  /** Higher goes first wherever requests wait. */
  priority: z.number().optional(),
  /**
   * When the whole call must have ended, on the scheduler's clock, in milliseconds: set and kept
   * by `deadlines`.
   */
  deadline: z.number().optional(),
  /**
   * When an attempt must have said something, likewise: its share of the time until the deadline,
   * which retries and combinators set.
   */
  firstTokenDeadline: z.number().optional(),
  /** Asks for `keep-alive` events, as `deadlines` does. */
  keepAlives: z.boolean().optional(),
});

/** Schema of a chat request, to parse one that comes from outside. */
export const chatRequestSchema = z.object({
  messages: z.array(messageSchema).min(1).readonly(),
  /** Overrides the model of the provider. */
  model: z.string().optional(),
  temperature: z.number().min(0).optional(),
  topP: z.number().min(0).max(1).optional(),
  maxOutputTokens: z.int().positive().optional(),
  stop: z.array(z.string()).readonly().optional(),
  seed: z.int().optional(),
  tools: z.array(toolSchema).readonly().optional(),
  toolChoice: z
    .union([z.enum(['auto', 'none', 'required']), z.object({ name: z.string() })])
    .optional(),
  /** Asks for JSON: of this JSON Schema. */
  output: z
    .object({ schema: jsonSchema, name: z.string().optional(), strict: z.boolean().optional() })
    .optional(),
  reasoning: z
    .object({
      effort: z.enum(['none', 'minimal', 'low', 'medium', 'high']).optional(),
      maxTokens: z.int().positive().optional(),
    })
    .optional(),
  /** Fields merged into the wire body as they are, by provider name. */
  providerOptions: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
  context: requestContextSchema.optional(),
});

/** A question to a model. */
export type ChatRequest = z.input<typeof chatRequestSchema>;
/** One message of a conversation. */
export type Message = z.input<typeof messageSchema>;
/** One part of a user message. */
export type ContentPart = z.input<typeof contentPartSchema>;
/** A tool that the model may call. */
export type Tool = z.input<typeof toolSchema>;
/** What is not part of the question and never reaches the wire. */
export type RequestContext = z.input<typeof requestContextSchema>;
