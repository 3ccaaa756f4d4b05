import {
  anthropic,
  cache,
  circuitBreaker,
  coalesce,
  compose,
  failover,
  hedge,
  limitConcurrency,
  openai,
  raceFirstToken,
  retryBackoff,
  type CircuitBreaker,
  type Handler,
} from 'rxllm';
import type { Servers } from './servers';

/** The pipelines of the tour. */
export interface Pipelines {
  /** Retry per provider, failover between them, a limit, a cache. */
  readonly ask: Handler;
  /** Both providers at once. */
  readonly race: Handler;
  /** The second provider, too, when the first is slow to speak. */
  readonly hedged: Handler;
  /** Failover, with a circuit breaker before the first provider. */
  readonly guarded: Handler;
  readonly breaker: CircuitBreaker;
}

/** How long the breaker stays open, in milliseconds at normal speed. */
export const OPEN_FOR = 2_500;

const smooth =
  (next: Handler): Handler =>
  (request) =>
    next(request).pipe(coalesce({ span: 60, boundary: 'word' }));

/** Composes the pipelines over the two servers, nearest to the wire first. */
export function composePipelines({ gpt, claude }: Servers, speed: number): Pipelines {
  const openaiServer = openai({
    name: 'gpt',
    model: 'gpt-5-mini',
    baseURL: gpt.openai,
    apiKey: 'simulated',
  });
  const anthropicServer = anthropic({
    name: 'claude',
    model: 'claude-haiku-4-5',
    baseURL: claude.anthropic,
    apiKey: 'simulated',
  });
  // Before output the same server is asked again, after output the other one.
  const retry = retryBackoff({ attempts: 3, afterOutput: 'error' });
  const breaker = circuitBreaker({
    window: { calls: 2 },
    failureRate: 0.5,
    openFor: OPEN_FOR / speed,
    probes: 1,
  });
  const members = { gpt: openaiServer, claude: anthropicServer };
  return {
    ask: compose(
      failover({ gpt: compose(openaiServer, retry), claude: compose(anthropicServer, retry) }),
      limitConcurrency({ max: 2 }),
      cache({ ttl: 600_000 }),
      smooth,
    ),
    race: compose(raceFirstToken(members), smooth),
    hedged: compose(hedge(members, { delay: 1_200 / speed }), smooth),
    guarded: compose(failover({ ...members, gpt: compose(openaiServer, breaker) }), smooth),
    breaker,
  };
}
