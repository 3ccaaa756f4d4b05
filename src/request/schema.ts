import * as z from 'zod';

// What ChatRequest is, to check where data enters from outside (a CLI, a server, a file), not on
// every call. A field that is unknown is refused, as it would be lost without a word.

const text = z.strictObject({ type: z.literal('text'), text: z.string() });

const image = z.strictObject({
  type: z.literal('image'),
  image: z.string(),
  mediaType: z.string().optional(),
});

const file = z.strictObject({
  type: z.literal('file'),
  file: z.string(),
  mediaType: z.string(),
  name: z.string().optional(),
});

// Calls of an answer may have more in them.
const toolCall = z.object({
  id: z.string(),
  name: z.string(),
  input: z.unknown(),
});

/** Schema of one part of a user message. */
export const contentPartSchema = z.discriminatedUnion('type', [text, image, file]);

/** Schema of one message. */
export const messageSchema = z.discriminatedUnion('role', [
  z.strictObject({ role: z.literal('system'), content: z.string() }),
  z.strictObject({
    role: z.literal('user'),
    content: z.union([z.string(), z.array(contentPartSchema).readonly()]),
  }),
  z.strictObject({
    role: z.literal('assistant'),
    content: z.string(),
    toolCalls: z.array(toolCall).readonly().optional(),
  }),
  z.strictObject({
    role: z.literal('tool'),
    toolCallId: z.string(),
    name: z.string(),
    content: z.string(),
    isError: z.boolean().optional(),
  }),
]);

const jsonSchema = z.record(z.string(), z.unknown());

/** Schema of a tool that the model may call. */
export const toolSchema = z.strictObject({
  name: z.string(),
  description: z.string().optional(),
  parameters: jsonSchema.optional(),
});

/** Schema of what is not part of the question and never reaches the wire. */
export const requestContextSchema = z.strictObject({
  tenant: z.string().optional(),
  session: z.string().optional(),
  labels: z.record(z.string(), z.string()).optional(),
  priority: z.number().optional(),
  deadline: z.number().optional(),
  firstTokenDeadline: z.number().optional(),
  keepAlives: z.boolean().optional(),
});

/** Schema of a chat request, to parse one that comes from outside. */
export const chatRequestSchema = z.strictObject({
  messages: z.array(messageSchema).min(1).readonly(),
  model: z.string().optional(),
  temperature: z.number().min(0).optional(),
  topP: z.number().min(0).max(1).optional(),
  maxOutputTokens: z.int().positive().optional(),
  stop: z.array(z.string()).readonly().optional(),
  seed: z.int().optional(),
  tools: z.array(toolSchema).readonly().optional(),
  toolChoice: z
    .union([z.enum(['auto', 'none', 'required']), z.strictObject({ name: z.string() })])
    .optional(),
  output: z
    .strictObject({
      schema: jsonSchema,
      name: z.string().optional(),
      strict: z.boolean().optional(),
    })
    .optional(),
  reasoning: z
    .strictObject({
      effort: z.enum(['none', 'minimal', 'low', 'medium', 'high']).optional(),
      maxTokens: z.int().positive().optional(),
    })
    .optional(),
  providerOptions: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
  context: requestContextSchema.optional(),
});
