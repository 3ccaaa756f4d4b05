import { stripVTControlCharacters } from 'node:util';
import { lastValueFrom, of, throwError, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { callView, type CallView, type TimedEvent } from '../examples/tour/call-view';
import { panels, summary } from '../examples/tour/panels';
import { timeline } from '../examples/tour/timeline';
import { LlmError } from '../src/index';
import { answerEvents, overloadedError, retract, start, textDelta } from '../src/testing/index';

const lines = (drawing: string): string[] => stripVTControlCharacters(drawing).split('\n');

const view = (...events: readonly (readonly [number, TimedEvent['type']])[]): CallView => ({
  title: 'call',
  state: 'done',
  status: 'done',
  text: 'a text of many words that has to be broken where it meets the border of its panel',
  retracted: '',
  notes: ['network: over to claude'],
  events: events.map(([at, type]) => ({ at, type })),
});

describe('the timeline', () => {
  it('puts marks that fall together side by side', () => {
    const [row] = lines(
      timeline([view([0, 'route'], [0, 'start'], [0, 'text-delta'], [0, 'finish'])], 40),
    );
    expect(row).toBe('call  →S•F');
  });

  it('draws what comes later further right, and many deltas of a moment as one', () => {
    const events = [0, 0, 0, 0].map((at) => [at, 'text-delta'] as const);
    const drawing = timeline([view(...events, [15, 'retract'], [29, 'error'])], 40);
    expect(lines(drawing)[0]).toBe(`call  •${'─'.repeat(14)}R${'─'.repeat(13)}✗`);
  });

  it('leaves out what it has no mark for', () => {
    expect(lines(timeline([view([0, 'usage'], [0, 'finish'])], 40))[0]).toBe('call  F');
  });
});

describe('what is drawn', () => {
  const answered = lastValueFrom(callView('cancellation', of(...answerEvents('A text.'))));

  it.each([60, 80, 120])('fits in %i columns', async (width) => {
    const views = [1, 2, 3].map(() => view([0, 'start'], [10_000, 'finish']));
    const done = [await answered];
    for (const drawing of [panels(views, width), timeline(views, width), summary(done, width)]) {
      expect(Math.max(...lines(drawing).map((line) => line.length))).toBeLessThanOrEqual(width);
    }
  });

  it('has fewer figures where there is less room', async () => {
    const heads = [60, 70, 80].map(async (width) => lines(summary([await answered], width))[1]);
    expect((await Promise.all(heads)).map((head) => head?.match(/\w[\w ]*\w/g))).toEqual([
      ['call', 'answered by', 'attempts', 'total'],
      ['call', 'answered by', 'attempts', 'total', 'tokens'],
      ['call', 'answered by', 'attempts', 'first token', 'total', 'tokens'],
    ]);
  });
});

describe('the view of a call', () => {
  it('keeps what was taken back until the next attempt speaks', async () => {
    const events$ = of(start(), textDelta('No'), retract(), ...answerEvents('Yes'));
    const views = await lastValueFrom(callView('call', events$).pipe(toArray()));
    const shown = views.map(({ text, retracted }) => `${text}|${retracted}`);
    expect([...new Set(shown)]).toEqual(['|', 'No|', '|No', 'Yes|']);
  });

  it.each([
    [overloadedError(), overloadedError().message],
    [
      new LlmError('openai: no API key; set …', { kind: 'unauthorized' }),
      'openai: no API key; set …',
    ],
    [new Error('something with a secret'), 'an unexpected error'],
  ])('ends with what went wrong: %s', async (error, note) => {
    const last = await lastValueFrom(
      callView(
        'call',
        throwError(() => error),
      ),
    );
    expect(last).toMatchObject({ state: 'failed', notes: [note] });
  });
});
