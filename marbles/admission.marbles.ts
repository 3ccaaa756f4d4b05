import { admission, compose, LlmError, type WaitEvent } from 'rxllm';
import { mergeMap, timer } from 'rxjs';
import { spec } from './spec';

const wait = (ahead: number): WaitEvent => ({ type: 'wait', by: 'admission', ahead });
const values = { w: wait(0), x: wait(1) };
const advice = 'ask again later, or raise maxInFlight, maxQueue or maxWait';
const late = new LlmError(`admission: no place within 3 ms (maxWait); ${advice}`, {
  kind: 'queue-full',
  code: 'max-wait',
});
const closed = new LlmError(
  'admission: shutting down, no new call is taken; ask another instance',
  { kind: 'queue-full', code: 'draining' },
);

export default spec('admission', {
  'refuses at once what would wait too long': {
    attempts: ['S-a--bF|', 'S-cF|'],
    apply: ({ handler, request }) => {
      const ask = compose(handler, admission({ maxInFlight: 1, maxQueue: 1 }));
      return { first: ask(request), second: ask(request), third: ask(request) };
    },
    expected: {
      first: '  S-a--bF|',
      second: ' w------S-cF|',
      third: '  #',
    },
    subscriptions: ['^------!', '-------^---!'],
    values,
    errors: {
      third: new LlmError(`admission: 1 calls run and 1 wait; ${advice}`, { kind: 'queue-full' }),
    },
  },
  'gives up a wait that takes too long': {
    attempts: ['S-a--bF|', 'S-cF|'],
    apply: ({ handler, request }) => {
      const ask = compose(handler, admission({ maxInFlight: 1, maxWait: 3 }));
      return { first: ask(request), second: ask(request) };
    },
    expected: {
      first: '  S-a--bF|',
      second: ' w--#',
    },
    subscriptions: ['^------!'],
    values,
    errors: { second: late },
  },
  'a drain lets calls end, and takes no new ones': {
    attempts: ['S-a--bF|'],
    apply: ({ handler, request }) => {
      const door = admission({ maxInFlight: 1 });
      const ask = compose(handler, door);
      return {
        first: ask(request),
        drain: timer(2).pipe(mergeMap(() => door.drain({ timeout: 10 }))),
        second: timer(3).pipe(mergeMap(() => ask(request))),
      };
    },
    expected: {
      first: ' S-a--bF|',
      drain: ' -------(r|)',
      second: '---#',
    },
    values: { r: { completed: 1, aborted: 0 } },
    errors: { second: closed },
  },
  'a drain aborts what outlasts it': {
    attempts: ['S-a--b--c--dF|'],
    apply: ({ handler, request }) => {
      const door = admission({ maxInFlight: 1 });
      const ask = compose(handler, door);
      return {
        first: ask(request),
        drain: timer(2).pipe(mergeMap(() => door.drain({ timeout: 4 }))),
      };
    },
    expected: {
      first: ' S-a--b#',
      drain: ' ------(r|)',
    },
    subscriptions: '^-----!',
    values: { r: { completed: 0, aborted: 1 } },
    errors: {
      first: new LlmError('admission: aborted, as it still ran 4 ms after the shutdown began', {
        kind: 'timed-out',
        code: 'draining',
        retryable: false,
        failover: false,
        providerFault: false,
      }),
    },
  },
  'who waits may leave': {
    attempts: ['S-a--bF|'],
    apply: ({ handler, request }) => {
      const ask = compose(handler, admission({ maxInFlight: 1 }));
      return { first: ask(request), second: ask(request) };
    },
    expected: {
      first: '  S-a--bF|',
      second: ' w---',
    },
    subscriptions: ['^------!'],
    unsubscribe: { second: '^---!' },
    values,
  },
});
