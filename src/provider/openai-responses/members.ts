import type { FrameMembers } from '../fast-lane';
import type { ResponseEvent } from './wire';

export const responseMembers = {
  error: 'read',
  type: 'read',
  object: 'read',
  response: 'gathered',
  output_index: 'read',
  content_index: 'read',
  summary_index: 'read',
  item_id: 'read',
  item: 'gathered',
  part: 'gathered',
  delta: 'read',
  text: 'gathered',
  refusal: 'gathered',
  name: 'gathered',
  arguments: 'gathered',
  input: 'gathered',
} as const satisfies FrameMembers & Record<keyof ResponseEvent, unknown>;
