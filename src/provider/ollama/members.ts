import type { FrameMembers } from '../fast-lane';
import type { ChatMessage, ChatResponse } from './wire';

export const chatMembers = {
  error: 'read',
  type: 'read',
  object: 'read',
  model: 'read',
  message: 'read',
  content: 'read',
  thinking: 'read',
  tool_calls: 'gathered',
  done: 'read',
  done_reason: 'gathered',
  prompt_eval_count: 'gathered',
  eval_count: 'gathered',
} as const satisfies FrameMembers & Record<keyof (ChatResponse & ChatMessage), unknown>;
