import { compose, failover, raceFirstToken, retryBackoff, type Handler } from 'rxllm';

/** The policies of the matrix. */
export const policies = ['bare', 'retry', 'failover', 'race'] as const;

export type PolicyName = (typeof policies)[number];

/** The most attempts of a call of `retry`. */
export const ATTEMPTS = 3;

/** What a policy of the matrix asks: `sick` is struck, `second` only when both are. */
export type Upstream = (name: 'sick' | 'second') => Handler;

const retry = () => retryBackoff({ attempts: ATTEMPTS, base: 4, budget: Infinity });

/** Makes each of them, anew for each run. */
export const policyNamed: Readonly<Record<PolicyName, (upstream: Upstream) => Handler>> = {
  bare: (upstream) => upstream('sick'),
  retry: (upstream) => compose(upstream('sick'), retry()),
  failover: (upstream) => failover({ sick: upstream('sick'), second: upstream('second') }),
  race: (upstream) => raceFirstToken({ sick: upstream('sick'), second: upstream('second') }),
};
