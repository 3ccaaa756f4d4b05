import { adaptConcurrency, compose, LlmError, type WaitEvent } from 'rxllm';
import { spec } from './spec';

const wait = (ahead: number): WaitEvent => ({ type: 'wait', by: 'adaptConcurrency', ahead });
const values = { w: wait(0), x: wait(1) };

export default spec('adaptConcurrency', {
  'lets more calls run at once as the server answers': {
    attempts: ['S-aF|', 'S-bF|', 'S-cF|'],
    apply: ({ handler, request }) => {
      const ask = compose(handler, adaptConcurrency({ algorithm: 'aimd', initial: 1 }));
      return { first: ask(request), second: ask(request), third: ask(request) };
    },
    expected: {
      first: '  S-aF|',
      second: ' w-S-bF|',
      third: '  x---S-cF|',
    },
    subscriptions: ['^---!', '--^---!', '----^---!'],
    values,
  },
  'lets fewer run after an overload': {
    attempts: ['S-#', 'SaF|', 'S-bF|', 'S-cF|'],
    apply: ({ handler, request }) => {
      const ask = compose(handler, adaptConcurrency({ algorithm: 'aimd', initial: 2, max: 2 }));
      return {
        first: ask(request),
        second: ask(request),
        third: ask(request),
        fourth: ask(request),
      };
    },
    expected: {
      first: '  S-#',
      second: ' SaF|',
      third: '  w--S-bF|',
      fourth: ' x----S-cF|',
    },
    values,
  },
  'who waits may leave': {
    attempts: ['S-a-bF|'],
    apply: ({ handler, request }) => {
      const ask = compose(handler, adaptConcurrency({ initial: 1, max: 1 }));
      return { first: ask(request), second: ask(request) };
    },
    expected: {
      first: '  S-a-bF|',
      second: ' w--',
    },
    subscriptions: ['^-----!'],
    unsubscribe: { second: '^--!' },
    values,
  },
  'refuses a call when too many wait': {
    attempts: ['S-aF|'],
    apply: ({ handler, request }) => {
      const ask = compose(handler, adaptConcurrency({ initial: 1, queue: 0 }));
      return { first: ask(request), second: ask(request) };
    },
    expected: {
      first: '  S-aF|',
      second: ' #',
    },
    errors: {
      second: new LlmError(
        'adaptConcurrency: 1 calls run and 0 wait; ask again later, or raise max or queue',
        { kind: 'queue-full' },
      ),
    },
  },
});
