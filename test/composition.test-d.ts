import {
  anthropic,
  cache,
  compose,
  deadlines,
  failover,
  limitConcurrency,
  openai,
  raceFirstToken,
  retryBackoff,
  textDeltas,
  toAsyncIterable,
  toReadableStream,
  type ChatEvent,
  type ChatRequest,
  type Handler,
} from 'rxllm';
import { interval, map, of, pipe, tap, type Observable } from 'rxjs';
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

it('infers combinators before policies that were made elsewhere', () => {
  const limit = limitConcurrency({ max: 32 });
  const patient = deadlines({ total: 60_000 });
  const ask = compose(failover({ only: handler }, {}), limit, patient, (next) => (request) => {
    expectTypeOf(request).toEqualTypeOf<ChatRequest>();
    return next(request);
  });
  expectTypeOf(ask).toEqualTypeOf<Handler>();
  const limitEmbed = limitConcurrency<number[]>({ max: 2 });
  expectTypeOf(compose(failover({ embed }), limitEmbed)).toEqualTypeOf<Handler<string, number[]>>();
  // @ts-expect-error -- a policy for events of another type
  compose(failover({ only: handler }), limitEmbed);
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

it('infers exits at the end of a pipe, which is no method of an Observable', () => {
  const body = pipe(handler, textDeltas(), toReadableStream());
  expectTypeOf(body).returns.toEqualTypeOf<ReadableStream<string>>();
  const events = pipe(handler, toAsyncIterable());
  expectTypeOf(events).returns.toEqualTypeOf<AsyncIterable<ChatEvent>>();
  // @ts-expect-error -- the method takes only what makes Observables
  of('a').pipe(toReadableStream());
});
