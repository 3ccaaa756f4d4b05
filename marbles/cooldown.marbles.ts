import { compose, cooldown, LlmError, prompt, type RetryEvent, type WaitEvent } from 'rxllm';
import { map } from 'rxjs';
import { spec } from './spec';

const limited = (retryAfter?: number): LlmError =>
  new LlmError('fake: slow down', { kind: 'rate-limited', retryAfter });
const retry = (delay: number, error: unknown, attempt = 2): RetryEvent => ({
  type: 'retry',
  attempt,
  delay,
  error,
});
const wait = (ahead: number): WaitEvent => ({ type: 'wait', by: 'cooldown', ahead });
const six = limited(6);
const values = { r: retry(6, six), s: retry(6, six, 3), w: wait(0), x: wait(1), y: wait(2) };

export default spec('cooldown', {
  'one refusal pauses all calls; then one goes first, as a probe': {
    attempts: ['-#', '--S-aF|', 'S-bF|'],
    apply: ({ handler, request }) => {
      const ask = compose(handler, cooldown());
      return { first: ask(request), second: ask(request) };
    },
    expected: {
      first: '  -r-------S-aF|',
      second: ' ---x-----S-bF|',
    },
    unsubscribe: { second: '---^' },
    subscriptions: ['^!', '-------^-----!', '---------^---!'],
    values,
    errors: { '#': six },
  },
  'each attempt that is accepted makes room for two': {
    attempts: ['-#', '--S-aF|', '--S-bF|', '--S-cF|', '--S-dF|'],
    apply: ({ handler, request }) => {
      const ask = compose(handler, cooldown());
      return {
        first: ask(request),
        second: ask(request),
        third: ask(request),
        fourth: ask(request),
      };
    },
    expected: {
      first: '  -r-------S-aF|',
      second: ' --x--------S-bF|',
      third: '  --y--------S-cF|',
      fourth: ' --z----------S-dF|',
    },
    unsubscribe: { second: '--^', third: '--^', fourth: '--^' },
    values: { ...values, z: wait(3) },
    errors: { '#': six },
  },
  'without the word of the server, each further pause is twice as long': {
    attempts: ['#', '#', '#', 'S-aF|'],
    apply: ({ handler, request }) =>
      compose(handler, cooldown({ base: 4, random: () => 0 }))(request),
    expected: 'r---s-------t---------------S-aF|',
    subscriptions: ['(^!)', '----(^!)', '------------(^!)', '----------------------------^---!'],
    values: {
      r: retry(4, limited()),
      s: retry(8, limited(), 3),
      t: retry(16, limited(), 4),
    },
    errors: { '#': limited() },
  },
  'fails as the last attempt did': {
    attempts: ['-#', '-#'],
    apply: ({ handler, request }) => compose(handler, cooldown({ attempts: 2 }))(request),
    expected: '-r------#',
    values,
    errors: { '#': six },
  },
  'gives up at once when the server asks for more than the cap': {
    attempts: ['-#'],
    apply: ({ handler, request }) => compose(handler, cooldown({ cap: 5 }))(request),
    expected: '-#',
    errors: { '#': six },
  },
  'gives up at once when the pause ends after the deadline': {
    attempts: ['-#'],
    apply: ({ handler }) => compose(handler, cooldown())(prompt('?', { context: { deadline: 6 } })),
    expected: '-#',
    errors: { '#': six },
  },
  'fails when it is refused after output': {
    attempts: ['S-a#'],
    apply: ({ handler, request }) => compose(handler, cooldown())(request),
    expected: 'S-a#',
    errors: { '#': six },
  },
  'who was refused may leave: the pause goes on': {
    attempts: ['-#', 'S-bF|'],
    apply: ({ handler, request }) => {
      const ask = compose(handler, cooldown());
      return { first: ask(request), second: ask(request) };
    },
    expected: {
      first: '  -r',
      second: ' ---x---S-bF|',
    },
    unsubscribe: { first: '^-----!', second: '---^' },
    values,
    errors: { '#': six },
  },
  'asks again for any Observable, before its first value': {
    attempts: ['-#', 'a-b-#'],
    apply: ({ source }) =>
      source.pipe(
        map((event) => (event.type === 'text-delta' ? event.text : '')),
        cooldown(),
      ),
    expected: '-------a-b-#',
    subscriptions: ['^!', '-------^---!'],
    errors: { '#': six },
  },
});
