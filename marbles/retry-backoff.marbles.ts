import { compose, LlmError, retryBackoff, type RetryEvent } from 'rxllm';
import { overloadedError } from 'rxllm/testing';
import { map } from 'rxjs';
import { spec } from './spec';

const half = { random: () => 0.5 };
const retry = (delay: number, error: unknown = overloadedError(), attempt = 2): RetryEvent => ({
  type: 'retry',
  attempt,
  delay,
  error,
});
const limited = new LlmError('fake: slow down', { kind: 'rate-limited', retryAfter: 20 });
const broken = new LlmError('fake: broken', { kind: 'server' });
const busy = new LlmError('fake: too many requests', { kind: 'rate-limited' });
const unpaid = new LlmError('fake: no credit left', { kind: 'quota-exhausted' });

export default spec('retryBackoff', {
  'waits, then tries again': {
    attempts: ['--#', 'S-a-(bF|)'],
    apply: ({ handler, request }) =>
      compose(handler, retryBackoff({ throttledBase: 10, ...half }))(request),
    expected: '--r----S-a-(bF|)',
    subscriptions: ['^-!', '-------^---!'],
    values: { r: retry(5) },
  },
  'takes back what a failed attempt has said': {
    attempts: ['S-a#', 'S-b-F|'],
    apply: ({ handler, request }) =>
      compose(handler, retryBackoff({ throttledBase: 10, ...half }))(request),
    expected: 'S-a(Rr)-S-b-F|',
    values: { r: retry(5) },
  },
  'gives a server that has too much to do more time': {
    attempts: ['-#', '-#', 'S-bF|'],
    apply: ({ handler, request }) =>
      compose(handler, retryBackoff({ base: 4, throttledBase: 8, ...half }))(request),
    expected: '-r--s-------S-bF|',
    subscriptions: ['^!', '---^!', '------------^---!'],
    values: { r: retry(2, broken), s: retry(8, busy, 3) },
    errors: { 1: broken, 2: busy },
  },
  'waits at least as long as the server asked': {
    attempts: ['-#', 'S-bF|'],
    apply: ({ handler, request }) => compose(handler, retryBackoff({ base: 5, ...half }))(request),
    expected: '-r 19ms S-bF|',
    values: { r: retry(20, limited) },
    errors: { '#': limited },
  },
  'gives up at once when the server asks for more than the cap': {
    attempts: ['-#'],
    apply: ({ handler, request }) => compose(handler, retryBackoff({ cap: 19 }))(request),
    expected: '-#',
    errors: { '#': limited },
  },
  'never retries what another attempt cannot mend': {
    attempts: ['-#'],
    apply: ({ handler, request }) => compose(handler, retryBackoff())(request),
    expected: '-#',
    errors: { '#': unpaid },
  },
  'fails as the last attempt did': {
    attempts: ['-#', '-#', '-#'],
    apply: ({ handler, request }) =>
      compose(handler, retryBackoff({ attempts: 3, throttledBase: 4, ...half }))(request),
    expected: '-r--s----#',
    subscriptions: ['^!', '---^!', '--------^!'],
    values: { r: retry(2), s: retry(4, overloadedError(), 3) },
  },
  'gives up after output when told so': {
    attempts: ['S-a#'],
    apply: ({ handler, request }) =>
      compose(handler, retryBackoff({ afterOutput: 'error' }))(request),
    expected: 'S-a#',
  },
  'leaving during the wait cancels it': {
    attempts: ['--#', 'S-a-F|'],
    apply: ({ handler, request }) =>
      compose(handler, retryBackoff({ throttledBase: 10, ...half }))(request),
    expected: '--r--',
    subscriptions: ['^-!'],
    unsubscribe: '^---!',
    values: { r: retry(5) },
  },
  'retries any Observable before its first value': {
    attempts: ['--#', 'a-b-#'],
    apply: ({ source }) =>
      source.pipe(
        map((event) => (event.type === 'text-delta' ? event.text : '')),
        retryBackoff({ throttledBase: 10, ...half }),
      ),
    expected: '-------a-b-#',
    subscriptions: ['^-!', '-------^---!'],
  },
});
