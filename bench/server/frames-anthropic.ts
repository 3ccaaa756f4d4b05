import type { Frames } from './frames.ts';

function frame(type: string, fields: Readonly<Record<string, unknown>> = {}): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
}

/** Anthropic's messages. */
export const anthropicFrames: Frames = {
  opening: [
    frame('message_start', {
      message: {
        id: 'msg_01Xq7yV2kLr4Xb9TnWz0sGd3',
        type: 'message',
        role: 'assistant',
        model: 'claude-haiku-4-5',
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: { input_tokens: 12, output_tokens: 1 },
      },
    }),
    frame('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
    frame('ping'),
  ],
  delta: (text) => frame('content_block_delta', { index: 0, delta: { type: 'text_delta', text } }),
  closing: (_, count) => [
    frame('content_block_stop', { index: 0 }),
    frame('message_delta', {
      delta: { stop_reason: 'end_turn', stop_sequence: null },
      usage: { output_tokens: count },
    }),
    frame('message_stop'),
  ],
};
