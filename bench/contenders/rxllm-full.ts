import { coalesce, prompt, standard } from 'rxllm';
import type { Connect } from './catalog.ts';
import { provider } from './rxllm-bare.ts';

/** More than any measure asks at once, so that the limits count and never hold back. */
const max = 10_000;

/**
 * Every layer of the usual pipeline at work: deadlines, breaker, concurrency, rate, cooldown,
 * retry, failover, admission, cache; and the view that joins deltas for a screen. Each prompt is
 * new, so the cache is asked and filled and never hit.
 */
export const connect: Connect = (root, wire) => {
  const ask = standard(
    { model: provider(root, wire) },
    {
      limitConcurrency: { max },
      limitRate: { requests: 1e9, tokens: 1e12 },
      admission: { maxInFlight: max },
      cache: { ttl: 600_000, max: 1_000 },
    },
  );
  return (text, onText) =>
    new Promise((resolve, reject) => {
      ask(prompt(text))
        .pipe(coalesce({ span: 50 }))
        .subscribe({
          next: (event) => {
            if (event.type === 'text-delta') onText(event.text);
          },
          error: reject,
          complete: resolve,
        });
    });
};
