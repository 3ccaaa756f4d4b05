import { compose, prompt, retryBackoff, RetryQuota } from 'rxllm';
import { tap } from 'rxjs';
import { isDeepStrictEqual } from 'node:util';
import {
  quotaOptions,
  quotaVectors,
  type QuotaStep,
  type QuotaVector,
} from '../policy/retry-vectors';
import { clientOf } from './client';
import { hear } from './invariants';
import { Findings, leavingNothing, runAll, type FaultTest } from './run';

export const s19: FaultTest = {
  id: 'S19',
  title: 'AWS vectors',
  run: async (setting) => {
    const findings = new Findings();
    await leavingNothing(setting, findings, async (transport) => {
      const client = clientOf(setting, transport);
      await runAll(quotaVectors, quotaVectors.length, async (vector) => {
        const { name, tokens, attempts, steps } = vector;
        const quota = new RetryQuota({ tokens });
        const seen: QuotaStep[] = [];
        const note = (then: QuotaStep['then'], delay?: number): void => {
          const step = { answer: steps[seen.length]!.answer, then, tokens: quota.tokens };
          seen.push(delay === undefined ? step : { ...step, delay });
        };
        const answer = client(() => {
          const { answer: status } = steps[seen.length]!;
          return { nonce: 'x', ...(status === 200 ? {} : { status }) };
        });
        const ask = compose(answer, retryBackoff({ ...quotaOptions, attempts, budget: quota }));
        while (seen.length < steps.length) {
          const call = ask(prompt('?')).pipe(
            tap((event) => {
              if (event.type === 'retry') note('retry', event.delay);
            }),
          );
          const { ends, retries } = await hear(call);
          if (ends[0] === 'ok') note('answered');
          else note(retries + 1 === attempts ? 'attempts' : 'quota');
        }
        findings.expect(isDeepStrictEqual(seen, steps), `${name}: ${told(vector, seen)}`);
      });
    });
    return { figures: { sequences: quotaVectors.length }, failures: findings.failures };
  },
};

function told({ steps }: QuotaVector, seen: readonly QuotaStep[]): string {
  return `expected ${JSON.stringify(steps)}, got ${JSON.stringify(seen)}`;
}
