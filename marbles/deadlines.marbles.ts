import { compose, deadlines, failover, LlmError, retryBackoff, type LlmErrorFields } from 'rxllm';
import { map } from 'rxjs';
import { spec } from './spec';

const late = (message: string, code: string, fields: Partial<LlmErrorFields> = {}): LlmError =>
  new LlmError(`deadlines: ${message}`, { kind: 'timed-out', code, ...fields });
const stalled = late('no event within 5 ms; ask again, or raise idle', 'idle');
const outOfTime = { retryable: false, failover: false, providerFault: false };
const silent = (policy: string, share: number): LlmError =>
  new LlmError(
    `${policy}: no output within ${String(share)} ms, which is this attempt's share of the time ` +
      'until the deadline; raise total, or make fewer attempts',
    { kind: 'timed-out', code: 'first-token' },
  );

export default spec('deadlines', {
  'ends a call that stalls': {
    source: '   --S--a------b--F|',
    apply: ({ source }) => source.pipe(deadlines({ idle: 5 })),
    expected: ' --S--a----#',
    subscriptions: '^---------!',
    errors: { expected: stalled },
  },
  'lets a call run that is slow but alive': {
    source: '   --S---a---b---cF|',
    apply: ({ source }) =>
      source.pipe(deadlines({ connect: 3, firstToken: 7, idle: 5, total: 20 })),
    expected: ' --S---a---b---cF|',
  },
  'ends a call that gets no response': {
    source: '   -----S--aF|',
    apply: ({ source }) => source.pipe(deadlines({ connect: 4, firstToken: 9 })),
    expected: ' ----#',
    errors: {
      expected: late('no response within 4 ms; ask again, or raise connect', 'connect'),
    },
  },
  'ends a call that begins and says nothing': {
    source: '   -S-----aF|',
    apply: ({ source }) => source.pipe(deadlines({ connect: 4, firstToken: 6 })),
    expected: ' -S----#',
    errors: {
      expected: late('no output within 6 ms; ask again, or raise firstToken', 'first-token'),
    },
  },
  'ends a call that pings for ever': {
    source: '   k-k-k-k-k-k-k-k',
    apply: ({ handler, request }) =>
      compose(handler, deadlines({ connect: 1, idle: 3, firstToken: 8 }))(request),
    expected: ' --------#',
    values: { k: { type: 'keep-alive' } },
    errors: {
      expected: late('no output within 8 ms; ask again, or raise firstToken', 'first-token'),
    },
  },
  'ends a call when its time is over, even in mid-answer': {
    source: '   -S-a-b-c-d-e-fF|',
    apply: ({ source }) => source.pipe(deadlines({ total: 8 })),
    expected: ' -S-a-b-c#',
    errors: { expected: late('no end within 8 ms; ask again, or raise total', 'total', outOfTime) },
  },
  'a stalled attempt is tried again': {
    attempts: ['S-a-------', 'S-bF|'],
    apply: ({ handler, request }) =>
      compose(
        handler,
        deadlines({ idle: 5 }),
        retryBackoff({ base: 10, random: () => 0.5 }),
      )(request),
    expected: 'S-a----(Rr)-S-bF|',
    values: { r: { type: 'retry', attempt: 2, delay: 5, error: stalled } },
  },
  'a hung member leaves time for the next one': {
    members: { gpt: 'S---------', claude: '-S-bF|' },
    apply: ({ members, request }) => compose(failover(members), deadlines({ total: 12 }))(request),
    expected: '(1S)--2S-bF|',
    subscriptions: { gpt: '^-----!', claude: '------^----!' },
    values: {
      1: { type: 'route', by: 'failover', name: 'gpt' },
      2: { type: 'route', by: 'failover', name: 'claude', error: silent('failover', 6) },
    },
  },
  'watches any Observable': {
    source: '   -a--b------c|',
    apply: ({ source }) =>
      source.pipe(
        map((event) => (event.type === 'text-delta' ? event.text : '')),
        deadlines({ firstToken: 2, idle: 5 }),
      ),
    expected: ' -a--b----#',
    errors: { expected: stalled },
  },
});
