import { expect, it } from 'vitest';
import { anthropic, gemini, ollama, openai, openaiResponses } from '../../src/index';

it.each([
  ['openai', openai],
  ['openai', openaiResponses],
  ['anthropic', anthropic],
  ['gemini', gemini],
  ['ollama', ollama],
])('%s refuses options that no call could go by', (name, provider) => {
  for (const maxFrameLength of [NaN, 0, -1]) {
    expect(() => provider({ maxFrameLength })).toThrow(
      new RangeError(
        `${name}: maxFrameLength must be a number of at least 1, got ${String(maxFrameLength)}`,
      ),
    );
  }
  const words = '100' as never;
  const settings = { proxy: 'http://proxy.example' } as never;
  expect(() => provider({ maxFrameLength: words })).toThrow(
    new TypeError(`${name}: maxFrameLength must be a number, got string`),
  );
  expect(() => provider({ transport: settings })).toThrow(
    new TypeError(`${name}: transport must be a function, got object`),
  );
  expect(() => provider({ maxFrameLength: Infinity, transport: undefined })).not.toThrow();
});
