import {
  anthropic,
  cache,
  compose,
  failover,
  limitConcurrency,
  openai,
  raceFirstToken,
  retryBackoff,
  type ChatEvent,
  type ChatRequest,
  type Handler,
} from 'rxllm';
import { interval, map, of, tap, type Observable } from 'rxjs';
import { expectTypeOf, it } from 'vitest';

declare const handler: Handler;
const embed = (text: string): Observable<number[]> => of([text.length]);

it('infers nested combinators, policies and lambdas without a word from the user', () => {
  const ask = compose(
    failover({
      gpt: compose(
        openai({ model: 'gpt-5-mini' }),
        retryBackoff({ attempts: 3 }),
        (next) => (request) => next({ ...request, seed: 1 }),
      ),
      claude: compose(anthropic({ model: 'claude-haiku-4-5' }), retryBackoff()),
    }),
    limitConcurrency({ max: 32 }),
    (next) => (request) => {
      expectTypeOf(request).toEqualTypeOf<ChatRequest>();
      return next({ ...request, temperature: 0 });
    },
    cache(),
    (next) => (request) =>
      next(request).pipe(
        tap((event) => {
          expectTypeOf(event).toEqualTypeOf<ChatEvent>();
        }),
      ),
  );
  expectTypeOf(ask).toEqualTypeOf<Handler>();
  expectTypeOf(compose(raceFirstToken({ only: handler }), cache())).toEqualTypeOf<Handler>();
});

it('infers handlers of another type', () => {
  expectTypeOf(compose(embed, (next) => (text) => next(text.trim()))('x')).toEqualTypeOf<
    Observable<number[]>
  >();
  expectTypeOf(
    compose(failover({ embed }), retryBackoff(), limitConcurrency({ max: 2 })),
  ).toEqualTypeOf<Handler<string, number[]>>();
});

it('infers stream policies as operators', () => {
  expectTypeOf(
    interval(1).pipe(map(String), retryBackoff(), limitConcurrency({ max: 1 })),
  ).toEqualTypeOf<Observable<string>>();
});

it('refuses a chat policy on another handler, and what is no policy', () => {
  // @ts-expect-error -- a cache keeps chat answers
  compose(embed, cache());
  // @ts-expect-error -- a number is no policy
  compose(handler, 1);
});
