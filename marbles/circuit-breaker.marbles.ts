import { circuitBreaker, compose, LlmError } from 'rxllm';
import { map } from 'rxjs';
import { spec } from './spec';

const invalid = new LlmError('fake: no such parameter', { kind: 'invalid-request' });
const open = (counts: string, retryAfter: number): LlmError =>
  new LlmError(
    `circuitBreaker: ${counts}; ask again in ${String(retryAfter)} ms, or let failover ask another member`,
    { kind: 'circuit-open', retryAfter },
  );
const probing = new LlmError(
  'circuitBreaker: its probes still run; ask again when they have ended, or let failover ask another member',
  { kind: 'circuit-open' },
);

export default spec('circuitBreaker', {
  'refuses calls after too many have failed, until a probe has succeeded': {
    attempts: ['-#', '-#', 'S-aF|'],
    apply: ({ handler, request }) => {
      const breaker = circuitBreaker({ minimumCalls: 2, openFor: 5, probes: 1 });
      const ask = compose(handler, breaker);
      return {
        first: ask(request),
        second: ask(request),
        third: ask(request),
        fourth: ask(request),
      };
    },
    expected: {
      first: '  -#',
      second: ' ---#',
      third: '  -----#',
      fourth: ' --------S-aF|',
    },
    subscriptions: ['^!', '--^!', '--------^---!'],
    unsubscribe: { second: '--^', third: '-----^', fourth: '--------^' },
    errors: { third: open('2 of 2 calls failed and 0 were slow', 3) },
  },
  'lets only probes through at first, and opens again when they fail': {
    attempts: ['-#', '--#'],
    apply: ({ handler, request }) => {
      const breaker = circuitBreaker({ minimumCalls: 1, openFor: 5, probes: 1 });
      const ask = compose(handler, breaker);
      return { first: ask(request), probe: ask(request), other: ask(request), later: ask(request) };
    },
    expected: {
      first: ' -#',
      probe: ' --------#',
      other: ' -------#',
      later: ' ---------#',
    },
    subscriptions: ['^!', '------^-!'],
    unsubscribe: { probe: '------^', other: '-------^', later: '---------^' },
    errors: { other: probing, later: open('1 of 1 calls failed and 0 were slow', 4) },
  },
  'opens when first outputs come too late': {
    attempts: ['S---aF|'],
    apply: ({ handler, request }) => {
      const ask = compose(handler, circuitBreaker({ minimumCalls: 1, slowAfter: 4 }));
      return { first: ask(request), second: ask(request) };
    },
    expected: {
      first: '  S---aF|',
      second: ' -------#',
    },
    unsubscribe: { second: '-------^' },
    errors: { second: open('0 of 1 calls failed and 1 were slow', 29_998) },
  },
  'counts neither calls that are left nor errors of the caller': {
    attempts: ['S-a-b-F|', '-#', 'S-cF|'],
    apply: ({ handler, request }) => {
      const ask = compose(handler, circuitBreaker({ minimumCalls: 1, failureRate: 0 }));
      return { first: ask(request), second: ask(request), third: ask(request) };
    },
    expected: {
      first: '  S-a',
      second: ' ---#',
      third: '  -----S-cF|',
    },
    unsubscribe: { first: '^--!', second: '--^', third: '-----^' },
    errors: { 2: invalid, second: invalid },
  },
  'gives the place of a probe that is left to the next call': {
    attempts: ['-#', 'S-a-F|', 'S-bF|'],
    apply: ({ handler, request }) => {
      const breaker = circuitBreaker({ minimumCalls: 1, openFor: 5, probes: 1 });
      const ask = compose(handler, breaker);
      return { first: ask(request), probe: ask(request), next: ask(request) };
    },
    expected: {
      first: ' -#',
      probe: ' ------S-',
      next: '  --------S-bF|',
    },
    unsubscribe: { probe: '------^-!', next: '--------^' },
  },
  'guards any Observable': {
    attempts: ['a-#', 'b'],
    apply: ({ source }) => {
      const guarded = source.pipe(
        map((event) => (event.type === 'text-delta' ? event.text : '')),
        circuitBreaker({ minimumCalls: 1 }),
      );
      return { first: guarded, second: guarded };
    },
    expected: {
      first: '  a-#',
      second: ' ----#',
    },
    subscriptions: ['^-!'],
    unsubscribe: { second: '----^' },
    errors: { second: open('1 of 1 calls failed and 0 were slow', 29_998) },
  },
});
