import { existsSync } from 'node:fs';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { LlmError } from '../../src/error/llm-error';
import { judge } from './judge';
import { eventsOf, recordingsIn, type Recording } from './recording';
import { committed } from './streams';
import { bytesOf, cutAt, KEY, QUESTION, replay, seeded, sliced, type Outcome } from './replay';

// Above this length, only some of the cuts are made.
const LARGE = 20_000;

const recorded = process.env['RXLLM_WIRE'] ?? '';

suite('committed streams', committed);
if (existsSync(recorded)) suite('recordings in RXLLM_WIRE', recordingsIn(recorded));
else {
  describe.skip('recordings: set RXLLM_WIRE to a folder that holds them', () => {
    it('are read', () => undefined);
  });
}

function suite(title: string, recordings: readonly Recording[]): void {
  const streams = recordings.filter(({ expected }) => expected.format !== 'json');

  describe(title, () => {
    it('are there', () => {
      expect(recordings.length).toBeGreaterThan(0);
    });

    describe.each(recordings)('$name', (recording) => {
      const { body, expected } = recording;

      it.each([
        ['LF', body],
        ['CRLF', body.replaceAll('\n', '\r\n')],
      ])('is read whole, in small pieces and at random splits, with %s', (_, text) => {
        const bytes = bytesOf(text);
        const random = seeded(bytes.length);
        const summary = summaryOf(expected);
        const whole = replay(recording, [bytes]);
        expect(summarize(whole, recording)).toEqual(summary);
        expectNoSecret(whole);
        expect(
          summarize(replay(recording, sliced(bytes, bytes.length < LARGE ? 1 : 100)), recording),
        ).toEqual(summary);
        for (let round = 0; round < 10; round += 1) {
          const places = Array.from({ length: 1 + random(20) }, () => random(bytes.length));
          expect(summarize(replay(recording, cutAt(bytes, places)), recording)).toEqual(summary);
        }
      });
    });

    describe.each(streams)('$name, cut short', (recording) => {
      it('never passes for a whole answer', () => {
        const whole = replay(recording, [bytesOf(recording.body)]);
        const faults = partsOf(recording).flatMap((part) =>
          [undefined, new LlmError('reset', { kind: 'network' })].flatMap((error) => {
            const fault = faultOf(recording, { whole, part, error });
            return fault === undefined ? [] : [{ fault, after: part.length, error }];
          }),
        );
        expect(faults).toEqual([]);
      });
    });
  });
}

/** What is wrong with the outcome of a body that ends early, if anything is. */
function faultOf(
  recording: Recording,
  { whole, part, error }: { whole: Outcome; part: Uint8Array; error: unknown },
): string | undefined {
  const { events, text, reasoning, answer, failure } = replay(recording, [part], error);
  if (!whole.text.startsWith(text)) return 'other text';
  if (!whole.reasoning.startsWith(reasoning)) return 'other reasoning';
  const verdict = judge(recording, new TextDecoder().decode(part));
  if (verdict === 'whole') {
    return answer === undefined ? 'a whole answer was refused' : undefined;
  }
  if (answer !== undefined) return 'a success without a terminal';
  if (events.some(({ type }) => type === 'tool-call')) return 'a tool call of an unfinished answer';
  if (error !== undefined && failure?.error === error) return undefined;
  if (!LlmError.is(failure?.error)) return 'no LlmError';
  return verdict === 'failed' || failure.error.kind === 'truncated'
    ? undefined
    : failure.error.kind;
}

/** The body cut at every event boundary (at some, where there are many) and at random bytes. */
function partsOf(recording: Recording): readonly Uint8Array[] {
  const bytes = bytesOf(recording.body);
  const random = seeded(bytes.length);
  let at = 0;
  const boundaries = eventsOf(recording).map((event) => (at += bytesOf(event).length));
  const large = bytes.length > LARGE;
  const step = large ? Math.ceil(boundaries.length / 20) : 1;
  const places = boundaries.filter(
    (_, index) => index % step === 0 || index > boundaries.length - 5,
  );
  const anywhere = Array.from({ length: large ? 15 : 50 }, () => random(bytes.length));
  return [0, ...places, ...anywhere]
    .filter((place) => place < bytes.length)
    .map((place) => bytes.subarray(0, place));
}

function expectNoSecret(outcome: Outcome): void {
  const shown = inspect(outcome, { depth: 20, showHidden: true, maxStringLength: Infinity });
  expect(shown).not.toContain(KEY);
  expect(shown).not.toContain(QUESTION);
}

function summaryOf(expected: Recording['expected']): unknown {
  if (expected.error !== null) return { failed: expected.error['kind'] };
  const usage = Object.entries(expected.usage ?? {}).filter(([, count]) => count !== null);
  return {
    text: expected.text,
    reasoning: expected.reasoning,
    refusal: expected.refusal ?? '',
    toolCalls: expected.tool_calls.map((call) => ({
      id: call.id,
      name: call.name,
      input: 'args' in call ? call.args : call.input,
      invalid: call.invalid,
    })),
    finish: expected.finish ?? 'unknown',
    rawReason: expected.finish_raw,
    usage: Object.fromEntries(usage),
  };
}

/** The same fields of what was read; of the usage, the counts that are expected. */
function summarize(outcome: Outcome, { expected }: Recording): unknown {
  expect(outcome.answer === undefined).toBe(outcome.failure !== undefined);
  const { answer, failure } = outcome;
  if (answer === undefined) {
    expect(LlmError.is(failure?.error)).toBe(true);
    return { failed: expected.error?.['kind'] && (failure?.error as LlmError).kind };
  }
  const types = outcome.events.map(({ type }) => type);
  expect(types[0]).toBe('start');
  expect(types.filter((type) => type === 'start' || type === 'finish')).toEqual([
    'start',
    'finish',
  ]);
  expect(types.at(-1)).toBe('finish');
  const counts: Readonly<Record<string, number | undefined>> = {
    input: answer.usage.inputTokens,
    output: answer.usage.outputTokens,
    total: answer.usage.totalTokens,
    reasoning: answer.usage.reasoningTokens,
    cached: answer.usage.cachedInputTokens,
    cache_write: answer.usage.cacheWriteTokens,
  };
  const wanted = Object.keys(expected.usage ?? {}).filter((key) => expected.usage?.[key] !== null);
  return {
    text: answer.text,
    reasoning: answer.reasoning,
    refusal: answer.refusal ?? '',
    toolCalls: answer.toolCalls.map(({ id, name, input, invalid }, index) => ({
      id: expected.tool_calls[index]?.id === null ? null : id,
      name,
      input,
      invalid,
    })),
    finish: answer.finish.reason,
    rawReason: answer.finish.rawReason ?? null,
    usage: Object.fromEntries(wanted.map((key) => [key, counts[key]])),
  };
}
