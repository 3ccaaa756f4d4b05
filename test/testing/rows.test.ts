import { describe, expect, it } from 'vitest';
import { LlmError } from '../../src/error/llm-error';
import { overloadedError, start, textDelta } from '../../src/testing/events';
import { explainMoments, explainSpans, type Moment } from '../../src/testing/rows';

const next = (frame: number, value: unknown): Moment => ({
  frame,
  notification: { kind: 'N', value },
});
const error = (frame: number, reason: unknown): Moment => ({
  frame,
  notification: { kind: 'E', error: reason },
});
const complete = (frame: number): Moment => ({ frame, notification: { kind: 'C' } });

describe('explainMoments', () => {
  it('puts both streams under one time line', () => {
    const actual = [next(0, start()), next(2, textDelta('a')), next(5, 'x'), complete(5)];
    const expected = [next(0, start()), next(2, textDelta('b')), complete(1000)];
    expect(explainMoments(actual, expected)).toBe(
      [
        'the streams differ',
        '  at (ms)   0  2  5     1000',
        '  expected  S  b  -     |',
        '  actual    S  a  (x|)  -',
      ].join('\n'),
    );
  });

  it('says what names stand for that are no letters of events', () => {
    const actual = [next(0, { n: 1, u: undefined }), error(1, new TypeError('wrong'))];
    const expected = [next(0, textDelta('hello')), error(1, overloadedError())];
    const text = explainMoments(actual, expected);
    expect(text).toContain('  expected  v1  #\n  actual    v2  #2\n');
    expect(text).toContain('  v1 = { type: "text-delta", text: "hello" }');
    expect(text).toContain('  v2 = { n: 1, u: undefined }');
    expect(text).toMatch(/ {2}# = LlmError\("fake: .*kind: "overloaded"/);
    expect(text).toContain('  #2 = TypeError("wrong") {}');
  });

  it('tells a string from the event of the same letter', () => {
    const text = explainMoments([next(0, 'a')], [next(0, textDelta('a'))]);
    expect(text).toContain('  expected  a\n  actual    v1\n');
    expect(text).toContain('  v1 = "a"');
  });

  it('keeps long and deep values short', () => {
    const deep = { a: { b: { c: { d: { e: { f: 1 } } } } } };
    const text = explainMoments([next(0, 'x'.repeat(500)), next(1, deep)], [next(0, [1, ['b']])]);
    expect(text).toContain(`"${'x'.repeat(159)}…`);
    expect(text).toContain('{ a: { b: { c: { d: { e: … } } } } }');
    expect(text).toContain('[1, ["b"]]');
  });

  it.each<[string, unknown, unknown, string, string]>([
    ['an undefined field', { a: 1, b: undefined }, { a: 1 }, '{ a: 1, b: undefined }', '{ a: 1 }'],
    [
      'dates',
      new Date(1),
      new Date(2),
      'Date(1970-01-01T00:00:00.001Z)',
      'Date(1970-01-01T00:00:00.002Z)',
    ],
    ['maps', new Map([['a', 1]]), new Map([['a', 2]]), 'Map [["a", 1]]', 'Map [["a", 2]]'],
    ['sets', new Set([1]), new Set([2]), 'Set [1]', 'Set [2]'],
    ['addresses', new URL('x:a'), new URL('x:b'), 'URL(x:a)', 'URL(x:b)'],
    ['patterns', /a/, /a/g, 'RegExp(/a/)', 'RegExp(/a/g)'],
    ['whole numbers', 1n, 1, '1n', '1'],
    [
      'causes',
      new Error('m', { cause: 1 }),
      new Error('m', { cause: 2 }),
      'Error("m") { cause: 1 }',
      'Error("m") { cause: 2 }',
    ],
  ])('shows what tells %s apart', (_, expected, actual, first, second) => {
    const text = explainMoments([next(0, actual)], [next(0, expected)]);
    expect(text).toContain(`  v1 = ${first}\n  v2 = ${second}`);
  });

  it('shows of long values the part that differs', () => {
    const long = { text: 'x'.repeat(500), tail: 'y'.repeat(500) };
    const text = explainMoments(
      [next(0, { ...long, text: `${long.text}2` })],
      [next(0, { ...long, text: `${long.text}1` })],
    );
    expect(text).toMatch(/ {2}v1 = …x+1", tail: "y+…\n {2}v2 = …x+2", tail: "y+…$/);
  });

  it('shows one name for equal values, and errors that are no errors', () => {
    const text = explainMoments(
      [error(0, undefined)],
      [error(0, new LlmError('x', { kind: 'network' }))],
    );
    expect(text).toContain('  expected  #\n  actual    #2\n');
    expect(text).toContain('  #2 = undefined');
  });
});

describe('explainSpans', () => {
  it('lists when who was there', () => {
    const spans = [
      { subscribedFrame: 0, unsubscribedFrame: 4 },
      { subscribedFrame: 6, unsubscribedFrame: Infinity },
    ];
    expect(explainSpans([], spans)).toBe(
      'the subscriptions differ (ms)\n  expected  0 to 4, 6 to the end\n  actual    none',
    );
  });
});
