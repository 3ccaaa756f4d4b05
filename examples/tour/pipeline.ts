import {
  anthropic,
  cache,
  coalesce,
  compose,
  failover,
  limitConcurrency,
  openai,
  raceFirstToken,
  retryBackoff,
  type Handler,
} from 'rxllm';
import type { Servers } from './servers';

/** The pipelines of the tour. */
export interface Pipelines {
  /** Retry per provider, failover between them, a limit, a cache. */
  readonly ask: Handler;
  /** Both providers at once. */
  readonly race: Handler;
}

const smooth =
  (next: Handler): Handler =>
  (request) =>
    next(request).pipe(coalesce({ span: 60, boundary: 'word' }));

/** Composes the pipelines over the two servers, nearest to the wire first. */
export function composePipelines({ gpt, claude }: Servers): Pipelines {
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
  return {
    ask: compose(
      failover({ gpt: compose(openaiServer, retry), claude: compose(anthropicServer, retry) }),
      limitConcurrency({ max: 2 }),
      cache({ ttl: 600_000 }),
      smooth,
    ),
    race: compose(raceFirstToken({ gpt: openaiServer, claude: anthropicServer }), smooth),
  };
}
