import { concat, from, map, mergeMap, NEVER, retry, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { record } from '../../marbles/record';
import { spec, type SpecCase } from '../../marbles/spec';
import { overloadedError, textDelta } from '../../src/testing/events';

const forward: SpecCase['apply'] = ({ source }) => source;

describe('record', () => {
  it('tells what was asked when, and what came of it', async () => {
    const { inputs, outputs } = await record({
      attempts: ['-#', '-a|', 'b|'],
      apply: ({ source }) => source.pipe(retry({ delay: 3 })),
      expected: '-----a|',
      subscriptions: ['^!', '----^-!'],
    });
    expect(
      inputs.map(({ label, subscribedFrame: from, unsubscribedFrame: to }) => [label, from, to]),
    ).toEqual([
      ['attempt 1', 0, 1],
      ['attempt 2', 4, 6],
      ['attempt 3', Infinity, Infinity],
    ]);
    expect(outputs).toMatchObject([
      {
        label: 'expected',
        subscribedFrame: 0,
        unsubscribedFrame: 6,
        moments: [
          { frame: 5, notification: { kind: 'N', value: textDelta('a') } },
          { frame: 6, notification: { kind: 'C' } },
        ],
      },
    ]);
  });

  it('gives a single diagram to every subscription', async () => {
    const { inputs } = await record({
      source: '-a|',
      apply: ({ source }) => concat(source, source),
      expected: '-a-a|',
      subscriptions: ['^-!', '--^-!'],
    });
    expect(inputs.map(({ label }) => label)).toEqual(['source', 'source 2']);
  });

  it('follows several callers, members and requests', async () => {
    const { inputs, outputs } = await record({
      members: { gpt: ['a|', 'b|'], claude: '--c|' },
      requests: 'x-y|',
      apply: ({ members: { gpt, claude }, request, requests }) => ({
        first: requests.pipe(mergeMap((asked) => gpt!(asked))),
        second: claude!(request),
      }),
      expected: { first: 'a-b|', second: '-' },
      unsubscribe: { second: '^-!' },
      subscriptions: { gpt: ['^!', '--^!'], claude: '^-!', requests: '^--!' },
    });
    expect(inputs.map(({ label }) => label)).toEqual(['requests', 'gpt', 'gpt 2', 'claude']);
    expect(outputs.map(({ label }) => label)).toEqual(['first', 'second']);
  });

  it('writes strings with the letters of events', async () => {
    const texts: SpecCase['apply'] = ({ source }) =>
      source.pipe(map((event) => (event.type === 'text-delta' ? event.text : '')));
    await record({ source: '-a-b|', apply: texts, expected: '-a-x|', values: { x: 'b' } });
  });

  it('takes the errors by row', async () => {
    const [first, second] = [new Error('first'), new Error('second')];
    const errors = { 1: first, '#': second };
    const both: SpecCase['apply'] = ({ source }) => source.pipe(retry(1));
    const { inputs } = await record({ attempts: ['#', '-#'], apply: both, expected: '-#', errors });
    expect(inputs.map(({ moments: [moment] }) => moment?.notification)).toEqual([
      { kind: 'E', error: first },
      { kind: 'E', error: second },
    ]);
    await expect(
      record({ attempts: ['-#'], apply: forward, expected: '-#', errors: { expected: first } }),
    ).rejects.toThrow('the streams differ');
    await record({
      source: '#',
      apply: forward,
      expected: '#',
      errors: { '#': overloadedError() },
    });
  });
});

describe('a case with promises', () => {
  it('lets them settle after each moment', async () => {
    const { inputs } = await record({
      source: '-a-b|',
      apply: ({ source }) => source.pipe(mergeMap((event) => from(Promise.resolve(event)))),
      expected: '-a-b|',
      subscriptions: '^---!',
      promises: true,
    });
    expect(inputs[0]?.moments.map(({ frame }) => frame)).toEqual([1, 3, 4]);
  });

  it('is left when its diagram says', async () => {
    await record({
      source: '-a-b-c|',
      apply: ({ source }) => source.pipe(mergeMap((event) => from(Promise.resolve(event)))),
      expected: '-a',
      unsubscribe: '^-!',
      subscriptions: '^-!',
      promises: true,
    });
  });
});

describe('record refuses', () => {
  it.each<[string, SpecCase, string]>([
    ['another output', { source: 'a|', apply: forward, expected: 'b|' }, 'the streams differ'],
    [
      'another subscription',
      { source: 'a|', apply: forward, expected: 'a|', subscriptions: '^-!' },
      'the subscriptions differ',
    ],
    [
      'a subscription that was not said',
      { source: 'a|', apply: forward, expected: 'a|', subscriptions: [] },
      'the subscriptions differ',
    ],
    [
      'subscriptions of a row that is not there',
      { source: 'a|', apply: forward, expected: 'a|', subscriptions: { gpt: '^!' } },
      `no row 'gpt'`,
    ],
    [
      'another output where there are promises',
      { source: 'a|', apply: forward, expected: 'b|', promises: true },
      'the streams differ',
    ],
    [
      'outputs of other names',
      { source: 'a|', apply: ({ source }) => ({ x: source }), expected: { y: 'a|' } },
      'apply returns the rows x, but expected has y',
    ],
    [
      'one output too many',
      { source: 'a|', apply: ({ source }) => ({ x: source }), expected: 'a|' },
      'apply returns the rows x, but expected has expected',
    ],
    [
      'an attempt too many',
      { attempts: ['#'], apply: ({ source }) => source.pipe(retry(1)), expected: '#' },
      'no diagram for attempt 2',
    ],
    [
      'an input that is not there',
      { apply: ({ source }) => source, expected: '#' },
      'the case has no source or attempts',
    ],
    [
      'requests that are not there',
      { apply: ({ requests }) => requests, expected: '#' },
      'the case has no requests',
    ],
    [
      'a timer that is left behind',
      {
        apply: () => {
          timer(9).subscribe();
          return NEVER;
        },
        unsubscribe: '^!',
        expected: '-',
      },
      'a timer was still running',
    ],
  ])('%s', async (_, given, message) => {
    await expect(record(given)).rejects.toThrow(message);
  });
});

describe('spec', () => {
  it('keeps the cases as they are', () => {
    const cases = { 'does a thing': { source: 'a|', apply: forward, expected: 'a|' } };
    expect(spec('thing', cases)).toEqual({ name: 'thing', cases });
  });
});
