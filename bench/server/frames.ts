import type { Wire } from '../contenders/catalog.ts';
import { anthropicFrames } from './frames-anthropic.ts';
import { chatFrames } from './frames-chat.ts';
import { responsesFrames } from './frames-responses.ts';
import type { Form } from './scenario.ts';

/** One answer on one protocol, frame by frame, as the vendor's server writes it. */
export interface Frames {
  readonly opening: readonly string[];
  delta(text: string, index: number): string;
  closing(text: string, count: number): readonly string[];
}

export function framesOf(wire: Wire, form: Form): Frames {
  if (wire === 'anthropic') return anthropicFrames;
  if (wire === 'responses') return responsesFrames;
  return chatFrames[form];
}
