import { describe, expect, it } from 'vitest';
import { record } from '../marbles/record';
import type { SpecCase } from '../marbles/spec';
import { caseRows, docDiagrams, shows } from '../scripts/docs/doc-diagrams';
import { draw } from '../scripts/docs/drawing';
import { duration, markOf } from '../scripts/docs/marks';
import { operatorTexts } from '../scripts/docs/operator-text';
import { firstSentence, kebab } from '../scripts/docs/public-names';
import { type Row, rowsOf } from '../scripts/docs/rows';
import { timelineOf } from '../scripts/docs/timeline';
import { LlmError } from '../src/error/llm-error';
import { answerEvents, finish, textDelta, toolCall } from '../src/testing/events';
import { prompt } from '../src/request/messages';

const apply: SpecCase['apply'] = ({ source }) => source;

describe('docDiagrams', () => {
  it('finds the rows of each block, without labels, notes and spaces', () => {
    const doc = [
      'Summary.',
      '',
      '```text',
      'attempt 1    --#',
      'attempt 2           -a 5ms (b|)',
      'retry(2) --r----a-(b|)',
      '             r = a retry',
      '```',
      '',
      '```ts',
      'code()',
      '```',
      '```text',
      'gpt -a|',
      '```',
    ].join('\n');
    expect(docDiagrams(doc)).toEqual([['--#', '-a5ms(b|)', '--r----a-(b|)'], ['-a|']]);
  });

  it('does not take a time for a part of the label', () => {
    expect(docDiagrams('```text\nsource 12ms a|\n```')).toEqual([['12msa|']]);
  });
});

describe('shows', () => {
  const given: SpecCase = {
    requests: 'x|',
    members: { gpt: ['-#', ' b|'], claude: '--c|' },
    apply,
    expected: { first: '- a|', second: 'z' },
    subscriptions: { gpt: ['^!', '-^!'] },
    unsubscribe: { second: '--^!' },
  };

  it('lists inputs, then outputs', () => {
    expect(caseRows(given)).toEqual(['x|', '-#', 'b|', '--c|', '-a|', 'z']);
    expect(caseRows({ source: '-a|', apply, expected: 'b' })).toEqual(['-a|', 'b']);
    expect(caseRows({ attempts: ['#', 'a'], apply, expected: 'b' })).toEqual(['#', 'a', 'b']);
  });

  it.each([
    ['all rows', caseRows(given), true],
    ['subscriptions too', [...caseRows(given), '^!', '--^!'], true],
    ['a row less', caseRows(given).slice(1), false],
    ['another row', [...caseRows(given).slice(1), 'z'], false],
    ['rows in another order', [...caseRows(given)].reverse(), false],
    ['a subscription that is not there', [...caseRows(given), '--^--!'], false],
  ])('%s: %j is %j', (_, diagram, expected) => {
    expect(shows(diagram, given)).toBe(expected);
  });
});

describe('operatorTexts', () => {
  it('quotes how each case calls the operator', () => {
    const source = `
      const shared = retry({ attempts: 9 });
      const half = { random: () => 0.5, cap: 7 };
      export default spec('retry', {
        'plain': { source: 'a', apply: ({ source }) => source.pipe(retry({
          attempts: 2,
          base: 1, ...half, ...rest,
        })), expected: 'a' },
        'by "members"': {
          members: { gpt: '-', 'my claude': '-' },
          apply: ({ members, request }) => retry(members, { a: 1 })(request),
          expected: '-',
        },
        made_outside: { source: 'a', apply: (input) => shared(input.source), expected: 'a' },
      });`;
    expect([...operatorTexts(source, 'retry')]).toEqual([
      ['plain', 'retry({ attempts: 2, base: 1, random: () => 0.5, cap: 7, ...rest })'],
      ['by "members"', `retry({ gpt, 'my claude' }, { a: 1 })`],
      ['made_outside', 'retry({ attempts: 9 })'],
    ]);
    expect(operatorTexts(source, 'cache').get('plain')).toBe('cache()');
  });
});

describe('names and sentences', () => {
  it.each([
    ['Joins deltas, as {@link cache} does. And more.', 'Joins deltas, as `cache` does.'],
    ['Takes `x.y`\nand goes on. More', 'Takes `x.y` and goes on.'],
    ['No end\n\nAnother paragraph.', 'No end'],
  ])('the first sentence of %j', (doc, sentence) => {
    expect(firstSentence(doc)).toBe(sentence);
  });

  it('kebab', () => {
    expect(kebab('raceFirstToken')).toBe('race-first-token');
  });

  it.each([
    [7, '7 ms'],
    [1000, '1 s'],
    [1500, '1.5 s'],
    [2995, '2995 ms'],
    [120_000, '2 m'],
  ])('%i ms as %s', (ms, text) => {
    expect(duration(ms)).toBe(text);
  });
});

const next = (value: unknown): ReturnType<typeof markOf> =>
  markOf({ frame: 0, notification: { kind: 'N', value } });

describe('markOf', () => {
  it.each<[unknown, readonly string[]]>([
    [finish({ reason: 'length' }), ['finish', 'length']],
    [{ type: 'retry', attempt: 2, delay: 500, error: 0 }, ['retry 2', 'in 500 ms']],
    [{ type: 'route', by: 'failover', name: 'claude' }, ['→ claude']],
    [{ type: 'cache', status: 'hit', age: 1, saved: 7 }, ['cache hit', 'saves 7 ms']],
    [{ type: 'cache', status: 'joined', age: 1 }, ['cache joined']],
    [{ type: 'wait', by: 'limit', ahead: 3 }, ['waits', '3 ahead']],
    [{ type: 'repair', attempt: 2, error: 0 }, ['repair 2']],
    [{ type: 'degraded', by: 'cache', error: 0 }, ['degraded', 'cache']],
    [{ index: 4, request: prompt('x'), ok: false, error: 0 }, ['outcome 4']],
  ])('labels %o', (value, label) => {
    expect(next(value).label).toEqual(label);
  });

  it.each<[unknown, string]>([
    [textDelta('<b>'), '&lt;b&gt;'],
    [textDelta(' a\n'), '·a·'],
    [textDelta(''), '∅'],
    [toolCall('look'), '>look<'],
    ['plain', `'plain'`],
    [prompt('asked'), '>asked<'],
    [{ a: [1, 'b'] }, '{ a: [1, b] }'],
    ['x'.repeat(30), `'${'x'.repeat(20)}…`],
  ])('shows the text of %o', (value, text) => {
    expect(next(value).svg).toContain(text);
  });

  it('tells all kinds of events apart by shape, not by colour alone', () => {
    const types = [
      'start',
      'finish',
      'retract',
      'usage',
      'retry',
      'route',
      'cache',
      'wait',
      'degraded',
    ];
    const fields = { delay: 1, name: 'x', by: 'x', reason: 'stop' };
    const shapes = types.map((type) => next({ type, ...fields }).svg.replace(/class="[^"]*"/g, ''));
    expect(new Set(shapes).size).toBe(9);
  });

  it('names errors by their kind', () => {
    const error = new LlmError('m', { kind: 'network' });
    expect(markOf({ frame: 0, notification: { kind: 'E', error } }).label).toEqual(['network']);
    const type = new TypeError('m');
    expect(markOf({ frame: 0, notification: { kind: 'E', error: type } }).label).toEqual([
      'TypeError',
    ]);
  });
});

const rows = async (
  given: SpecCase,
): Promise<{ inputs: readonly Row[]; outputs: readonly Row[] }> =>
  rowsOf(await record(given), given);

describe('rowsOf', () => {
  it('strikes out what was retracted, and only that', async () => {
    const { outputs } = await rows({ source: 'SaRSbF|', apply, expected: 'SaRSbF|' });
    expect(outputs[0]?.items.map((item) => item.void ?? false)).toEqual([
      false,
      true,
      false,
      false,
      false,
      false,
      false,
    ]);
  });

  it('shows what an abort has spared, for a while', async () => {
    const { inputs, outputs } = await rows({
      source: 'a-b-c-d 20ms e|',
      apply,
      expected: 'a',
      unsubscribe: '^-!',
    });
    expect(
      inputs[0]?.items.map(({ frame, ghost, mark }) => [frame, ghost ?? false, mark.words]),
    ).toEqual([
      [0, false, 'text "a"'],
      [2, false, 'aborted'],
      [2, true, 'text "b"'],
      [4, true, 'text "c"'],
      [6, true, 'text "d"'],
    ]);
    expect(outputs[0]?.items.at(-1)?.mark.words).toBe('unsubscribed');
    expect(inputs[0]?.open).toBe(false);
  });

  it('leaves open what goes on', async () => {
    const { outputs } = await rows({ source: 'a-', apply, expected: 'a-' });
    expect(outputs[0]?.open).toBe(true);
  });
});

describe('timelineOf', () => {
  it('leaves out long times, and keeps moments in order', async () => {
    const { inputs } = await rows({ source: 'a-(bc) 2s d|', apply, expected: 'a-(bc) 2s d|' });
    const { left, item, breaks, width } = timelineOf(inputs);
    expect(breaks.map(({ length }) => length)).toEqual([2004]);
    const places = [
      left(0),
      item(0, 0),
      item(2, 0),
      item(2, 1),
      breaks[0]!.x,
      item(2006, 0),
      item(2007, 0),
      width,
    ];
    expect([...places].sort((a, b) => a - b)).toEqual(places);
    expect(width).toBeLessThan(300);
  });
});

describe('draw', () => {
  const panel = async (given: SpecCase) => ({
    title: 'a <title>',
    operator: 'retry({ n: 1 })',
    rows: await rows(given),
  });

  it('is one SVG with words for those who cannot see it', async () => {
    const svg = draw('retry', [await panel({ source: '-a-#', apply, expected: '-a-#' })]);
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" width="\d+" height="\d+"/);
    expect(svg).toContain('<title id="rxllm-retry-title">retry: a &lt;title&gt;</title>');
    expect(svg).toContain(
      'a &lt;title&gt;. source: text &quot;a&quot; at 1 ms, error overloaded at 3 ms. ' +
        'After retry({ n: 1 }): output: text &quot;a&quot; at 1 ms, error overloaded at 3 ms.',
    );
    expect(svg).toContain('prefers-color-scheme:dark');
    expect(svg).not.toMatch(/\d\.\d{2,}|NaN|undefined|https?:(?!\/\/www\.w3\.org\/2000\/svg)/);
  });

  it('shows a member that was never asked', async () => {
    const svg = draw('failover', [
      await panel({
        members: { gpt: 'a|', claude: 'b|' },
        apply: ({ members, request }) => members['gpt']!(request),
        expected: 'a|',
      }),
    ]);
    expect(svg).toContain('>never subscribed to<');
    expect(svg).toContain('claude is never subscribed to');
  });

  it('is as wide as its widest panel, and as high as all', async () => {
    const size = (svg: string): readonly number[] =>
      (/width="(\d+)" height="(\d+)"/.exec(svg) ?? []).slice(1).map(Number);
    const narrow = await panel({ source: 'a|', apply, expected: 'a|' });
    const text = answerEvents('one two three four five six seven eight nine ten eleven twelve');
    const values = { x: { ...text[1], text: 'a long text that is cut' } };
    const wide = await panel({ source: 'xxxxxxxx|', apply, expected: 'xxxxxxxx|', values });
    const [[a = 0, b = 0], [c = 0, d = 0], [e, f]] = [[narrow], [wide], [narrow, wide]].map(
      (panels) => size(draw('x', panels)),
    ) as [number[], number[], number[]];
    expect([e, f]).toEqual([Math.max(a, c), b + d - 4]);
  });
});
