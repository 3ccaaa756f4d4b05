import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const folder = fileURLToPath(new URL('../examples/', import.meta.url));
const files = readdirSync(folder).filter((name) => name.endsWith('.ts'));

const expected: Readonly<Record<string, readonly string[]>> = {
  'adapt-concurrency.ts': ['40 answers', 'the limit grew from 1 to 4'],
  'any-observable.ts': ['page a, page b, page c, page d', 'at most 2 were loading at once'],
  'circuit-breaker.ts': [
    'the circuit is closed',
    'the circuit is open',
    'ten questions later, gpt has been asked 4 times',
    'the circuit is half-open',
    'the circuit is closed',
    'I am back.',
  ],
  'custom-policy.ts': ['asked with 1 message', 'answered', 'Short and sweet.'],
  'deadlines.ts': [
    'gpt ran out of time (first-token), over to claude',
    'Here I am.',
    'requests that were aborted: 1',
  ],
  'first-answer.ts': ['An Observable is a recipe for values over time.'],
  'hedge.ts': [
    'gpt answers',
    'One? Here I am.',
    'gpt answers',
    'Two? Here I am.',
    'claude answers, gpt was asked in vain',
    'Three? I will take over.',
  ],
  'http-response.ts': [
    '200 Streamed all the way to you.',
    'the client left, so the model was told to stop',
  ],
  'load-balance.ts': [
    'all twenty were answered: Good morning.',
    'west has failed 3 times, and is left out for now',
    'calls: 20 east, 3 west',
  ],
  'marble-test.ts': ['the events are as drawn', 'and the screen never shows two answers mixed'],
  'race.ts': ['The hare.', 'the slower request was aborted'],
  'rate-limits.ts': [
    'Is water wet? Yes.',
    'Is fire hot? Yes.',
    'Is ice cold? Yes.',
    'Is rain wet? Yes.',
    'Is it dark? Yes.',
    '6 requests, never more than 4 within 400 ms',
  ],
  'retry-and-failover.ts': [
    'asking gpt',
    'attempt 2 follows',
    'what was said is taken back',
    'asking claude',
    'This one will. (after 3 attempts)',
  ],
  'service.ts': [
    'refused: queue-full',
    'At your service.',
    '2 ended by themselves, 0 aborted',
    'refused: queue-full',
  ],
  'route.ts': [
    'small, by rule 5: always',
    'small, by rule 5: always',
    "coder, by rule 2: keywords 'code'",
    'large, by rule 4: its function says so',
    "eyes, by rule 1: needs 'images'",
  ],
  'stream-of-questions.ts': [
    '0 Is water wet? Yes.',
    expect.stringMatching(/^1 failed: LlmError: anthropic answered 400/) as string,
    '2 Is fire hot? Yes.',
    '3 Is ice cold? Yes.',
    'never more than 2 at once',
  ],
  'type-ahead.ts': [
    'Results for rxjs.',
    '1 answer was read to its end, the other requests were aborted',
  ],
};

describe('examples', () => {
  let output = '';

  beforeEach(() => {
    output = '';
    vi.spyOn(console, 'log').mockImplementation((...parts: unknown[]) => {
      output += `${parts.map(String).join(' ')}\n`;
    });
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      output += String(text);
      return true;
    });
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it.each(files)('%s prints what it says', async (file) => {
    await import(`../examples/${file.replace(/\.ts$/, '')}.ts`);
    expect(output.trimEnd().split('\n')).toEqual(expected[file]);
  });

  it.each(files)('%s is short', (file) => {
    expect(readFileSync(folder + file, 'utf8').split('\n').length).toBeLessThan(61);
  });
});

it('an example runs by itself', async () => {
  const { stdout } = await promisify(execFile)('npx', ['tsx', `${folder}first-answer.ts`]);
  expect(stdout).toBe('An Observable is a recipe for values over time.\n');
});
