import { of, throwError, VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { hedge } from '../../src/combinator/hedge';
import { LlmError } from '../../src/error/llm-error';
import { compose, type Handler } from '../../src/handler';
import { retryBackoff } from '../../src/policy/retry-backoff';
import type { RetryAllowance } from '../../src/policy/state/retry-allowance';
import { RetryQuota } from '../../src/policy/state/retry-quota';
import { RetryThrottle } from '../../src/policy/state/retry-throttle';
import { prompt } from '../../src/request/messages';
import { answerEvents } from '../../src/testing/index';
import { watch } from '../support/watch';
import {
  quotaOptions,
  type QuotaStep,
  quotaVectors,
  throttleAtHalf,
  throttleCases,
  throttleDelay,
} from './retry-vectors';

const question = prompt('question');
const answer = of(...answerEvents('fine'));

describe('the retries of the AWS SDKs', () => {
  it.each(quotaVectors.map((vector) => [vector.name, vector] as const))(
    'a call %s',
    (_, { tokens, attempts, steps }) => {
      const scheduler = new VirtualTimeScheduler();
      const quota = new RetryQuota({ tokens });
      const seen: QuotaStep[] = [];
      let attempt = 0;
      let askedAt = 0;
      const note = (then: QuotaStep['then']): void => {
        const step = { answer: steps[seen.length]!.answer, then, tokens: quota.tokens };
        seen.push(then === 'retry' ? { ...step, delay: scheduler.now() - askedAt } : step);
      };
      const handler: Handler = () => {
        if (attempt > 0) note('retry');
        attempt += 1;
        askedAt = scheduler.now();
        const status = steps[seen.length]!.answer;
        return status === 200 ? answer : throwError(() => ({ status }));
      };
      const options = { ...quotaOptions, attempts, budget: quota, scheduler };
      const ask = compose(handler, retryBackoff(options));
      while (seen.length < steps.length) {
        attempt = 0;
        const watched = watch(ask(question));
        scheduler.flush();
        if (watched.end === 'complete') note('answered');
        else note(attempt === attempts ? 'attempts' : 'quota');
      }
      expect(seen).toEqual(steps);
    },
  );
});

describe('the retries and hedges of gRPC', () => {
  const run = (
    failure: ConstructorParameters<typeof LlmError>[1] | undefined,
    wrap: (handler: Handler, budget: RetryAllowance, scheduler: VirtualTimeScheduler) => Handler,
  ) => {
    const scheduler = new VirtualTimeScheduler();
    const throttle = new RetryThrottle({ maxTokens: 10 });
    throttle.charge();
    throttle.charge();
    const times: number[] = [];
    const ask = wrap(
      () => {
        times.push(scheduler.now());
        if (times.length > 1 || !failure) return answer;
        return throwError(() => new LlmError('fake', failure));
      },
      throttle,
      scheduler,
    );
    watch(ask(question));
    scheduler.flush();
    const asked = { asked: times.length, tokens: throttle.tokens };
    return times.length > 1 ? { ...asked, delay: times[1] } : asked;
  };

  it.each(throttleCases.map((given) => [given.name, given] as const))('%s', (_, given) => {
    const { failure, retry: retried, hedge: hedged } = given;
    const base = throttleDelay;
    const options = { base, random: () => 1 };
    expect(
      run(failure, (handler, budget, scheduler) =>
        compose(handler, retryBackoff({ ...options, budget, scheduler })),
      ),
    ).toEqual(retried);
    expect(
      run(failure, (a, budget, scheduler) =>
        hedge({ a, b: a }, { delay: base, budget, scheduler }),
      ),
    ).toEqual(hedged);
  });

  it.each(throttleAtHalf)('retries above half of $maxTokens tokens', ({ maxTokens, retried }) => {
    const throttle = new RetryThrottle({ maxTokens });
    const failing = retried.map(() => {
      throttle.charge();
      return throttle.withdraw();
    });
    expect(failing).toEqual(retried);
  });
});
