import { type ChatRequest, compose, limitRate, LlmError, prompt, type WaitEvent } from 'rxllm';
import { spec } from './spec';

const wait = (ahead: number): WaitEvent => ({ type: 'wait', by: 'limitRate', ahead });
const values = { w: wait(0), x: wait(1) };
const limited = (ms: number): LlmError =>
  new LlmError(
    `limitRate: the limit is used up for ${String(ms)} ms more; ask again then, ` +
      'raise requests or tokens, or let calls wait for longer by mode and maxWait',
    { kind: 'rate-limited', retryable: false, retryAfter: ms },
  );

export default spec('limitRate', {
  'sends what the limit allows, and the next call a window later': {
    attempts: ['S-aF|', 'S-bF|'],
    apply: ({ handler, request }) => {
      const ask = compose(handler, limitRate({ requests: 1, per: 9 }));
      return { first: ask(request), second: ask(request) };
    },
    expected: {
      first: '  S-aF|',
      second: ' w---------S-bF|',
    },
    subscriptions: ['^---!', '----------^---!'],
    values,
  },
  'a call that fails has been sent, so it counts': {
    attempts: ['S#', 'S-bF|'],
    apply: ({ handler, request }) => {
      const ask = compose(handler, limitRate({ requests: 1, per: 9 }));
      return { first: ask(request), second: ask(request) };
    },
    expected: {
      first: '  S#',
      second: ' w---------S-bF|',
    },
    values,
  },
  'who waits may leave, at no cost': {
    attempts: ['S-aF|', 'S-bF|'],
    apply: ({ handler, request }) => {
      const ask = compose(handler, limitRate({ requests: 1, per: 9 }));
      return { first: ask(request), second: ask(request), third: ask(request) };
    },
    expected: {
      first: '  S-aF|',
      second: ' w--',
      third: '  x---------S-bF|',
    },
    unsubscribe: { second: '^--!' },
    values,
  },
  'spaces calls evenly, beyond a burst': {
    attempts: ['(SaF|)', '(SbF|)', '(ScF|)'],
    apply: ({ handler, request }) => {
      const ask = compose(handler, limitRate({ requests: 4, per: 40, burst: 1 }));
      return { first: ask(request), second: ask(request), third: ask(request) };
    },
    expected: {
      first: '  (SaF|)',
      second: ' w--------- (SbF|)',
      third: '  x------------------- (ScF|)',
    },
    values,
  },
  'counts the tokens that answers really used': {
    attempts: ['S-a-(uF|)', 'S-bF|'],
    apply: ({ handler, request }) => {
      const limit = limitRate({ tokens: 100, per: 99, estimate: () => 60 });
      const ask = compose(handler, limit);
      return { first: ask(request), second: ask(request) };
    },
    // The first call reserved 60 of the 100; it turns out to have used 20.
    expected: {
      first: '  S-a-(uF|)',
      second: ' w---S-bF|',
    },
    values: { ...values, u: { type: 'usage', usage: { inputTokens: 15, outputTokens: 5 } } },
  },
  'the most urgent of those who wait goes first': {
    attempts: ['(SaF|)', '(SbF|)', '(ScF|)'],
    apply: ({ handler, request }) => {
      const ask = compose(handler, limitRate({ requests: 1, per: 9 }));
      const urgent = prompt('now!', { context: { priority: 1 } });
      return { first: ask(request), second: ask(request), third: ask(urgent) };
    },
    expected: {
      first: '  (SaF|)',
      second: ' w-------------------(ScF|)',
      third: '  w---------(SbF|)',
    },
    values,
  },
  'fails at once when the wait would be too long': {
    attempts: ['(SaF|)', '(SbF|)'],
    apply: ({ handler, request }) => {
      const ask = compose(handler, limitRate({ requests: 1, per: 9, maxWait: 15 }));
      return { first: ask(request), second: ask(request), third: ask(request) };
    },
    expected: {
      first: '  (SaF|)',
      second: ' w---------(SbF|)',
      third: '  #',
    },
    values,
    errors: { third: limited(20) },
  },
  'each key has a limit of its own': {
    attempts: ['(SaF|)', '(SbF|)', '(ScF|)'],
    apply: ({ handler }) => {
      const key = ({ context }: ChatRequest): string => context?.tenant ?? '';
      const ask = compose(handler, limitRate({ requests: 1, per: 9, key }));
      const of = (tenant: string) => ask(prompt('?', { context: { tenant } }));
      return { ann: of('ann'), bob: of('bob'), again: of('ann') };
    },
    expected: {
      ann: '   (SaF|)',
      bob: '   (SbF|)',
      again: ' w---------(ScF|)',
    },
    values,
  },
});
