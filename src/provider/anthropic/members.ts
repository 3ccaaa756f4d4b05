import type { FrameMembers } from '../fast-lane';
import type { Delta, MessageEvent } from './wire';

export const messageMembers = {
  object: 'read',
  error: 'read',
  type: 'read',
  message: 'gathered',
  index: 'read',
  content_block: 'gathered',
  delta: 'read',
  usage: 'gathered',
  text: 'read',
  thinking: 'read',
  partial_json: 'gathered',
  stop_reason: 'gathered',
} as const satisfies FrameMembers & Record<keyof (MessageEvent & Delta), unknown>;
