import type { FrameMembers } from '../fast-lane';
import type { ChatChoice, ChatChunk, ChatDelta, ContentPart, ReasoningDetail } from './wire';

type Read = ChatChunk & ChatChoice & ChatDelta & ContentPart & ReasoningDetail;

/** All but `id`, which is read only at the start. */
export const chatMembers = {
  model: 'read',
  object: 'read',
  type: 'read',
  choices: 'read',
  error: 'read',
  usage: 'gathered',
  x_groq: 'gathered',
  index: 'read',
  delta: 'read',
  message: 'read',
  text: 'read',
  finish_reason: 'read',
  content: 'read',
  refusal: 'gathered',
  reasoning_content: 'read',
  reasoning: 'read',
  reasoning_details: 'read',
  reasoning_text: 'read',
  thinking: 'read',
  summary: 'read',
  tool_calls: 'gathered',
  function_call: 'gathered',
} as const satisfies FrameMembers & Record<Exclude<keyof Read, 'id'>, unknown>;
