import { compose, limitConcurrency, LlmError, prompt, type WaitEvent } from 'rxllm';
import { spec } from './spec';

const wait = (ahead: number): WaitEvent => ({ type: 'wait', by: 'limitConcurrency', ahead });
const values = { w: wait(0), x: wait(1) };

export default spec('limitConcurrency', {
  'lets one call run, and the next one wait until it has ended': {
    attempts: ['S-a-bF|', 'S-cF|'],
    apply: ({ handler, request }) => {
      const ask = compose(handler, limitConcurrency({ max: 1 }));
      return { first: ask(request), second: ask(request) };
    },
    expected: {
      first: '  S-a-bF|',
      second: ' w-----S-cF|',
    },
    subscriptions: ['^-----!', '------^---!'],
    values,
  },
  'a call that fails makes room': {
    attempts: ['S-a#', 'S-cF|'],
    apply: ({ handler, request }) => {
      const ask = compose(handler, limitConcurrency({ max: 1 }));
      return { first: ask(request), second: ask(request) };
    },
    expected: {
      first: '  S-a#',
      second: ' w--S-cF|',
    },
    values,
  },
  'a call that is left makes room, and who waits may leave': {
    attempts: ['S-a-b-c-F|', 'S-dF|'],
    apply: ({ handler, request }) => {
      const ask = compose(handler, limitConcurrency({ max: 1 }));
      return { first: ask(request), second: ask(request), third: ask(request) };
    },
    expected: {
      first: '  S-a-b',
      second: ' w--',
      third: '  x----S-dF|',
    },
    subscriptions: ['^----!', '-----^---!'],
    unsubscribe: {
      first: '  ^----!',
      second: ' ^--!',
    },
    values,
  },
  'the most urgent of those who wait goes first': {
    attempts: ['S-aF|', 'S-bF|', 'S-cF|'],
    apply: ({ handler, request }) => {
      const ask = compose(handler, limitConcurrency({ max: 1 }));
      const urgent = prompt('now!', { context: { priority: 1 } });
      return { first: ask(request), second: ask(request), third: ask(urgent) };
    },
    expected: {
      first: '  S-aF|',
      second: ' w-------S-cF|',
      third: '  w---S-bF|',
    },
    values,
  },
  'refuses a call when too many wait': {
    attempts: ['S-aF|', 'S-bF|'],
    apply: ({ handler, request }) => {
      const ask = compose(handler, limitConcurrency({ max: 1, queue: 1 }));
      return { first: ask(request), second: ask(request), third: ask(request) };
    },
    expected: {
      first: '  S-aF|',
      second: ' w---S-bF|',
      third: '  #',
    },
    values,
    errors: {
      third: new LlmError(
        'limitConcurrency: 1 calls run and 1 wait; ask again later, or raise max or queue',
        { kind: 'queue-full' },
      ),
    },
  },
});
