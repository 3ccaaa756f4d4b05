import { defer, map, type Observable, of, throwError, VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { failover } from '../../src/combinator/failover';
import { LlmError } from '../../src/error/llm-error';
import type { ChatEvent } from '../../src/event/chat-event';
import { compose, type Handler } from '../../src/handler';
import { retryBackoff, type RetryBackoffOptions } from '../../src/policy/retry-backoff';
import { prompt } from '../../src/request/messages';
import { answerEvents, start } from '../../src/testing/index';
import { seededRandom, watch } from '../support/watch';

const question = prompt('question');
const server = new LlmError('fake: broken', { kind: 'server' });
const failing = (error: unknown): Observable<never> => throwError(() => error);

describe('the retries of an outage', () => {
  it('is 0.2 retries a call by default, after a reserve', () => {
    const scheduler = new VirtualTimeScheduler();
    let calls = 0;
    const policy = retryBackoff({ scheduler });
    const ask = compose<unknown, ChatEvent>(() => {
      calls += 1;
      return failing(server);
    }, policy);
    const ends = Array.from({ length: 100 }, () => {
      const watched = watch(ask(question));
      scheduler.flush();
      return watched.end;
    });
    expect(ends).toEqual(ends.map(() => ({ error: server })));
    expect(calls).toBe(120);
  });

  it('is one for all that use the instance, as a policy and as an operator', () => {
    const scheduler = new VirtualTimeScheduler();
    const policy = retryBackoff({ scheduler, budget: 0.01, attempts: 11 });
    const handler = vi.fn<Handler>(() => failing(server));
    watch(compose(handler, policy)(question));
    scheduler.flush();
    expect(handler).toHaveBeenCalledTimes(11);
    const other = vi.fn(() => failing(server));
    watch(defer(other).pipe(policy));
    scheduler.flush();
    expect(other).toHaveBeenCalledTimes(1);
  });

  const amplification = (p: number, wrap: (handler: Handler) => Handler, calls = 20_000) => {
    const random = seededRandom(7);
    let attempts = 0;
    let answered = 0;
    const [failed, answered$] = [failing(server), of(...answerEvents('fine'))];
    const ask = wrap(() => {
      attempts += 1;
      return random() < p ? failed : answered$;
    });
    for (let call = 0; call < calls; call += 1) {
      ask(question).subscribe({ complete: () => (answered += 1), error: () => undefined });
      clock.flush();
    }
    return { attempts: attempts / calls, answered: answered / calls };
  };

  const clock = new VirtualTimeScheduler();
  const layer = (budget?: number) => retryBackoff({ scheduler: clock, budget });

  it.each([0.01, 0.05, 0.1, 0.2, 0.5, 0.9, 1])(
    'bounds what an outage costs: 20,000 calls of which %d fail',
    (p) => {
      const standard = amplification(p, (handler) => compose(handler, layer()));
      const strict = amplification(p, (handler) => compose(handler, layer(0.1)));
      expect(standard.attempts).toBeLessThanOrEqual(1.2);
      expect(strict.attempts).toBeLessThanOrEqual(1.1);
      expect(standard.attempts).toBeGreaterThanOrEqual(strict.attempts);
      if (p <= 0.05) expect(standard.answered).toBeGreaterThanOrEqual(0.999);
    },
  );

  it.each<[string, (handler: Handler) => Handler]>([
    ['two layers', (handler) => compose(handler, layer(), layer())],
    ['three layers', (handler) => compose(handler, layer(), layer(), layer())],
    [
      'a failover between two layers',
      (handler) => compose(failover({ only: compose(handler, layer()) }), layer()),
    ],
    [
      'a layer that would retry anything around one that would not',
      (handler) =>
        compose(handler, layer(), retryBackoff({ scheduler: clock, retryOn: () => true })),
    ],
  ])('bounds it with %s too, when all fail', (_, wrap) => {
    expect(amplification(1, wrap).attempts).toBeLessThanOrEqual(1.2);
  });

  it('recovers as soon as the outage is over', () => {
    const policy = layer();
    amplification(1, (handler) => compose(handler, policy), 5000);
    const after = amplification(0.05, (handler) => compose(handler, policy), 2000);
    expect(after.answered).toBeGreaterThanOrEqual(0.995);
  });
});

describe('layers of retryBackoff', () => {
  const clock = new VirtualTimeScheduler();
  const layer = (options: RetryBackoffOptions = {}) =>
    retryBackoff({ scheduler: clock, budget: Infinity, ...options });
  const asked = (wrap: (handler: Handler) => Handler, ...errors: readonly unknown[]) => {
    const error = errors.length > 0 ? errors[0] : server;
    let calls = 0;
    const ask = wrap(() => {
      calls += 1;
      return failing(error);
    });
    const watched = watch(ask(question));
    clock.flush();
    return { calls, end: watched.end };
  };

  it.each([server, { status: 503 }, 'a plain string', undefined, NaN])(
    'the inner one decides about %o, also when the outer one would go on',
    (error) => {
      const wrap = (handler: Handler): Handler =>
        compose(handler, layer({ retryOn: () => true }), layer({ retryOn: () => true }));
      expect(asked(wrap, error)).toEqual({ calls: 3, end: { error } });
    },
  );

  it('a failover between them asks each member in full', () => {
    const wrap = (handler: Handler): Handler =>
      compose(
        failover({ a: compose(handler, layer()), b: compose(handler, layer({ attempts: 2 })) }),
        layer(),
      );
    expect(asked(wrap).calls).toBe(5);
  });

  it('a caller that asks again on hearing of the error gets all attempts, for the same error', () => {
    let calls = 0;
    const handler: Handler = () => {
      calls += 1;
      return failing(server);
    };
    const ask = compose(handler, layer());
    let end: unknown;
    ask(question).subscribe({
      error: () => {
        ask(question).subscribe({
          error: (error: unknown) => {
            end = error;
          },
        });
      },
    });
    clock.flush();
    expect(calls).toBe(6);
    expect(end).toBe(server);
  });

  it('the same error object ends one call and is retried in the next', () => {
    const wrap = (handler: Handler): Handler => compose(handler, layer(), layer());
    expect(asked(wrap).calls).toBe(3);
    expect(asked(wrap).calls).toBe(3);
  });

  it('an error of the outer room is retried by the outer layer', () => {
    let calls = 0;
    const answer: Handler = () => of(start());
    const unsure =
      (next: Handler): Handler =>
      (request) =>
        next(request).pipe(
          map((event) => {
            calls += 1;
            if (calls < 3) throw server;
            return event;
          }),
        );
    const watched = watch(compose(answer, layer(), unsure, layer())(question));
    clock.flush();
    expect(watched.end).toBe('complete');
    expect(calls).toBe(3);
  });
});
