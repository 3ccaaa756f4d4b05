import {
  cache,
  circuitBreaker,
  compose,
  failover,
  hedge,
  raceFirstToken,
  retryBackoff,
  type Handler,
  type StreamPolicy,
} from 'rxllm';

/** The policies of the matrix. */
export const policies = ['bare', 'retry', 'failover', 'hedge', 'race', 'cache'] as const;

export type PolicyName = (typeof policies)[number];

/** The most attempts of a call that is retried; so many failures open the breaker, too. */
export const ATTEMPTS = 3;

/** How long `hedge` waits for the first member, in milliseconds. */
const DELAY = 250;

/** What a policy of the matrix asks: `sick` is struck, `second` only when both are. */
export type Upstream = (name: 'sick' | 'second') => Handler;

const retry = (): StreamPolicy =>
  retryBackoff({ attempts: ATTEMPTS, base: 4, throttledBase: 4, budget: Infinity });

const both = (upstream: Upstream): Readonly<Record<string, Handler>> => ({
  sick: upstream('sick'),
  second: upstream('second'),
});

/** Makes each of them, anew for each run. `cache` stands for cache, retry and breaker. */
export const policyNamed: Readonly<Record<PolicyName, (upstream: Upstream) => Handler>> = {
  bare: (upstream) => upstream('sick'),
  retry: (upstream) => compose(upstream('sick'), retry()),
  failover: (upstream) => failover(both(upstream)),
  hedge: (upstream) => hedge(both(upstream), { delay: DELAY, budget: Infinity }),
  race: (upstream) => raceFirstToken(both(upstream)),
  cache: (upstream) =>
    compose(
      upstream('sick'),
      circuitBreaker({ window: { calls: ATTEMPTS }, failureRate: 1, openFor: 60_000 }),
      retry(),
      cache(),
    ),
};

/** How often a run asks the same: a second time where the first answer may be kept. */
export function timesAsked(policy: PolicyName): number {
  return policy === 'cache' ? 2 : 1;
}
