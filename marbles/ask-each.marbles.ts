import { askEach, type ChatAnswer, type Outcome, prompt } from 'rxllm';
import { overloadedError } from 'rxllm/testing';
import { spec } from './spec';

/** The outcome of the request of this letter, answered with this text at these times. */
const answered = (letter: string, text: string, timings: ChatAnswer['timings']): Outcome => ({
  index: 'abc'.indexOf(letter),
  request: prompt(letter),
  ok: true,
  answer: {
    text,
    reasoning: '',
    toolCalls: [],
    finish: { reason: 'stop' },
    usage: {},
    totalUsage: {},
    attempts: 1,
    cached: false,
    provider: 'fake',
    timings,
  },
});
const failed = (letter: string, error: unknown = overloadedError()): Outcome => ({
  index: 'abc'.indexOf(letter),
  request: prompt(letter),
  ok: false,
  error,
});

export default spec('askEach', {
  'one outcome each: a failure is one, and ends nothing': {
    requests: 'ab------|',
    attempts: ['S--x-F|', 'S-#'],
    apply: ({ requests, handler }) => requests.pipe(askEach(handler)),
    expected: '---2--1-|',
    subscriptions: ['^-----!', '-^-!'],
    values: { 1: answered('a', 'x', { firstToken: 3, total: 5 }), 2: failed('b') },
  },
  'asks as many at once as it may, the others wait': {
    requests: 'abc------|',
    attempts: ['S-x-F|', 'S-#', 'S-yF|'],
    apply: ({ requests, handler }) => requests.pipe(askEach(handler, { concurrency: 2 })),
    expected: '---2-1-3-|',
    subscriptions: ['^----!', '-^-!', '---^---!'],
    values: {
      1: answered('a', 'x', { firstToken: 2, total: 4 }),
      2: failed('b'),
      3: answered('c', 'y', { firstToken: 2, total: 3 }),
    },
  },
  'keeps the order of the requests when told so': {
    requests: 'ab--------|',
    attempts: ['S--x-F|', 'S-#'],
    apply: ({ requests, handler }) => requests.pipe(askEach(handler, { order: 'input' })),
    expected: '------(12)|',
    values: { 1: answered('a', 'x', { firstToken: 3, total: 5 }), 2: failed('b') },
  },
  'with an order, does not run far ahead of a slow answer': {
    requests: 'abc|',
    attempts: ['S-----xF|', '#', '#'],
    apply: ({ requests, handler }) =>
      requests.pipe(askEach(handler, { order: 'input', window: 2 })),
    expected: '--------(123|)',
    subscriptions: ['^-------!', '-(^!)', '--------(^!)'],
    values: {
      1: answered('a', 'x', { firstToken: 6, total: 7 }),
      2: failed('b'),
      3: failed('c'),
    },
  },
  'leaving aborts what runs': {
    requests: 'ab------|',
    attempts: ['S--x-F|', 'S-#'],
    apply: ({ requests, handler }) => requests.pipe(askEach(handler)),
    expected: '---2-',
    subscriptions: ['^----!', '-^-!'],
    unsubscribe: '^----!',
    values: { 2: failed('b') },
  },
  'an error of the requests ends all': {
    requests: 'a---#',
    attempts: ['S--x-F|'],
    apply: ({ requests, handler }) => requests.pipe(askEach(handler)),
    expected: '----#',
    subscriptions: ['^---!'],
    errors: { requests: new Error('no more questions'), expected: new Error('no more questions') },
  },
});
