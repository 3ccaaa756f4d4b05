import type { Frames } from './frames.ts';
import type { Form } from './scenario.ts';

const id = 'chatcmpl-Cq7yV2kLr4Xb9TnWz0sGd3HuPfE1a';
const head = { id, object: 'chat.completion.chunk', created: 1771234567 };

type Fields = Readonly<Record<string, unknown>>;

function frame(fields: Fields): string {
  return `data: ${JSON.stringify(fields)}\n\n`;
}

/** Most servers: every frame but for its delta is the same. */
function plain(rest: Fields): string {
  return frame({ ...head, model: 'gpt-5-mini', system_fingerprint: 'fp_44709d6fcb', ...rest });
}

const alphabet = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
let state = 1;

/** Noise of a varying length, which is to hide from listeners how long a token is. */
function noise(): string {
  let text = '';
  do {
    state = (state * 48271) % 2147483647;
    text += alphabet[state % alphabet.length]!;
  } while (text.length < 2 + (state % 12));
  return text;
}

/** OpenAI's own, which adds padding to each. */
function padded(rest: Fields): string {
  const own = { service_tier: 'default', system_fingerprint: null };
  return frame({ ...head, model: 'gpt-5-mini', ...own, ...rest, obfuscation: noise() });
}

function framesBy(write: (rest: Fields) => string, extra: Fields): Frames {
  const choice = (delta: Fields, reason: string | null): Fields => ({
    choices: [{ index: 0, delta, logprobs: null, finish_reason: reason }],
    ...extra,
  });
  return {
    opening: [write(choice({ role: 'assistant', content: '', refusal: null }, null))],
    delta: (content) => write(choice({ content }, null)),
    closing: (_, count) => [
      write(choice({}, 'stop')),
      write({ choices: [], usage: usage(count) }),
      'data: [DONE]\n\n',
    ],
  };
}

function usage(count: number): Fields {
  return {
    prompt_tokens: 12,
    completion_tokens: count,
    total_tokens: 12 + count,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
  };
}

const plainFrames = framesBy(plain, {});
const withUsage = framesBy(plain, { usage: null });

export const chatFrames: Readonly<Record<Form, Frames>> = {
  plain: plainFrames,
  padded: framesBy(padded, { usage: null }),
  turns: {
    ...plainFrames,
    delta: (text, index) => (index % 2 === 0 ? plainFrames : withUsage).delta(text, index),
  },
};
