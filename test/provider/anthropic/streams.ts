import { anthropic } from '../../../src/provider/anthropic';
import type { Protocol } from '../laws';

export const messages: Protocol = { factory: anthropic, contentType: 'text/event-stream' };

export interface WireEvent {
  readonly type: string;
  readonly [field: string]: unknown;
}

export function frame(event: WireEvent): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}

export function stream(...events: readonly WireEvent[]): string {
  return events.map(frame).join('');
}

export const ping: WireEvent = { type: 'ping' };
export const messageStop: WireEvent = { type: 'message_stop' };

export function messageStart(usage: object = { input_tokens: 12, output_tokens: 1 }): WireEvent {
  const message = { id: 'msg_01', type: 'message', role: 'assistant', model: 'claude-haiku-4-5' };
  const open = { content: [], stop_reason: null, stop_sequence: null };
  return { type: 'message_start', message: { ...message, ...open, usage } };
}

export function messageDelta(
  stopReason: string | null,
  usage: object = { output_tokens: 7 },
): WireEvent {
  return { type: 'message_delta', delta: { stop_reason: stopReason, stop_sequence: null }, usage };
}

export function blockStart(index: number, block: object): WireEvent {
  return { type: 'content_block_start', index, content_block: block };
}

export function blockDelta(index: number, delta: object): WireEvent {
  return { type: 'content_block_delta', index, delta };
}

export function blockStop(index: number): WireEvent {
  return { type: 'content_block_stop', index };
}

/** A block of text that comes in pieces. */
export function text(index: number, ...pieces: readonly string[]): WireEvent[] {
  return [
    blockStart(index, { type: 'text', text: '' }),
    ...pieces.map((piece) => blockDelta(index, { type: 'text_delta', text: piece })),
    blockStop(index),
  ];
}

/** A block of reasoning that comes in pieces, with its signature. */
export function thinking(index: number, ...pieces: readonly string[]): WireEvent[] {
  return [
    blockStart(index, { type: 'thinking', thinking: '', signature: '' }),
    ...pieces.map((piece) => blockDelta(index, { type: 'thinking_delta', thinking: piece })),
    blockDelta(index, { type: 'signature_delta', signature: 'c2lnbmVk' }),
    blockStop(index),
  ];
}

/** A tool call whose arguments come in pieces. */
export function toolUse(index: number, name: string, ...pieces: readonly string[]): WireEvent[] {
  return [
    blockStart(index, { type: 'tool_use', id: `toolu_${String(index)}`, name, input: {} }),
    ...inputs(index, ...pieces),
    blockStop(index),
  ];
}

export function inputs(index: number, ...pieces: readonly string[]): WireEvent[] {
  return pieces.map((piece) =>
    blockDelta(index, { type: 'input_json_delta', partial_json: piece }),
  );
}
