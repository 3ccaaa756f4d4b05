import fc from 'fast-check';
import {
  ignoreElements,
  Observable,
  type Subscriber,
  Subscription,
  VirtualTimeScheduler,
} from 'rxjs';
import { describe, expect, it } from 'vitest';
import { failover } from '../src/combinator/failover';
import { raceFirstToken } from '../src/combinator/race-first-token';
import { LlmError } from '../src/error/llm-error';
import type { ChatEvent } from '../src/event/chat-event';
import { AnswerFold, type ChatAnswer } from '../src/event/fold';
import { compose, type Handler, type Policy } from '../src/handler';
import { cache } from '../src/policy/cache';
import { limitConcurrency } from '../src/policy/limit-concurrency';
import { retryBackoff } from '../src/policy/retry-backoff';
import { prompt } from '../src/request/messages';
import { finish, reasoningDelta, start, textDelta, toolCall } from '../src/testing/index';
import { coalesce } from '../src/view/coalesce';
import { textDeltas } from '../src/view/text-deltas';
import { textSoFar } from '../src/view/text-so-far';
import { toAnswer } from '../src/view/to-answer';
import { watch } from './support/watch';

/*
 * Exactly once: whatever fails and whoever is asked next, what a reader folds out of the
 * events is the text of one attempt, whole, or a beginning of it when the call fails. Each
 * word of an attempt names the attempt, so that a mixture shows.
 */

const question = prompt('question');
const word = (attempt: number, at: number): string => `${String(attempt)}.${String(at)} `;
const textOf = (attempt: number, words: number): string =>
  Array.from({ length: words }, (_, at) => word(attempt, at)).join('');

/** How an attempt goes wrong, and after how many of its events. */
interface Fault {
  readonly how: 'mendable' | 'fatal' | 'foreign' | 'nothing' | 'cut' | 'stall' | 'none';
  readonly at: number;
  readonly words: number;
  /** Between two events, in milliseconds; at 0 all comes at once. */
  readonly pace: number;
}

// Any of them, where `nat` would mostly take the first and the last.
const moment = (last: number): fc.Arbitrary<number> => fc.noBias(fc.nat(last));

const fault: fc.Arbitrary<Fault> = fc.record({
  how: fc.constantFrom(
    ...([
      'mendable',
      'mendable',
      'mendable',
      'fatal',
      'foreign',
      'nothing',
      'cut',
      'stall',
    ] as const),
    'none',
  ),
  at: moment(9),
  words: moment(5),
  pace: fc.constantFrom(0, 1, 3),
});
const sound: Fault = { how: 'none', at: 0, words: 3, pace: 1 };

/** A model that many handlers ask: its n-th attempt goes as the n-th fault says. */
class Model {
  readonly attempts: Fault[] = [];
  open = 0;

  constructor(
    private readonly faults: readonly Fault[],
    private readonly clock: VirtualTimeScheduler,
  ) {}

  readonly handler: Handler = () =>
    new Observable((subscriber) => {
      const given = this.faults[this.attempts.length] ?? sound;
      const attempt = this.attempts.push(given) - 1;
      this.open += 1;
      const timers = new Subscription();
      subscriber.add(() => {
        this.open -= 1;
        timers.unsubscribe();
      });
      const events = story(attempt, given.words);
      const stop = given.how === 'none' ? Infinity : given.at;
      const step = (at: number): void => {
        if (subscriber.closed) return;
        if (at === stop || at === events.length) {
          this.#end(subscriber, at === stop ? given.how : 'none');
          return;
        }
        subscriber.next(events[at]!);
        if (given.pace === 0) step(at + 1);
        else timers.add(this.clock.schedule(() => step(at + 1), given.pace));
      };
      step(0);
    });

  #end(subscriber: Subscriber<ChatEvent>, how: Fault['how']): void {
    if (how === 'mendable') subscriber.error(new LlmError('fake', { kind: 'server' }));
    else if (how === 'fatal') subscriber.error(new LlmError('fake', { kind: 'invalid-request' }));
    else if (how === 'foreign') subscriber.error({ status: 503 });
    else if (how === 'nothing') subscriber.error(undefined);
    else if (how !== 'stall') subscriber.complete();
  }
}

function story(attempt: number, words: number): readonly ChatEvent[] {
  return [
    start({ id: String(attempt) }),
    reasoningDelta(word(attempt, 0)),
    ...Array.from({ length: words }, (_, at) => textDelta(word(attempt, at))),
    ...(attempt % 3 === 2 ? [toolCall('tool', attempt)] : []),
    finish({ usage: { outputTokens: attempt } }),
  ];
}

/** A pipeline, as data. */
type Tree =
  | { readonly kind: 'model' }
  | { readonly kind: 'policy'; readonly inner: Tree; readonly policy: PolicyName }
  | { readonly kind: 'failover' | 'race' | 'strict failover'; readonly members: readonly Tree[] };
type PolicyName = keyof typeof policies;

const backoff = (scheduler: VirtualTimeScheduler) => ({
  scheduler,
  base: 4,
  budget: Infinity,
  random: () => 0.5,
});

const policies = {
  retry: (clock) => retryBackoff({ ...backoff(clock), attempts: 3 }),
  'patient retry': (clock) => retryBackoff({ ...backoff(clock), base: 12 }),
  'strict retry': (clock) => retryBackoff({ ...backoff(clock), afterOutput: 'error' }),
  'eager retry': (clock) => retryBackoff({ ...backoff(clock), base: 0, retryOn: () => true }),
  limit: () => limitConcurrency({ max: 1 }),
  cache: (clock) => cache({ scheduler: clock }),
  coalesce: (clock) => (next) => (request) =>
    next(request).pipe(coalesce({ span: 5, scheduler: clock })),
  words: (clock) => (next) => (request) =>
    next(request).pipe(coalesce({ span: 5, maxLength: 7, boundary: 'word', scheduler: clock })),
} satisfies Record<string, (clock: VirtualTimeScheduler) => Policy>;

const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, depthSize: 'large', withCrossShrink: true },
    { weight: 1, arbitrary: fc.constant<Tree>({ kind: 'model' }) },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('policy' as const),
        policy: fc.constantFrom(...(Object.keys(policies) as PolicyName[])),
        inner: tie('tree'),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constantFrom('failover' as const, 'race' as const, 'strict failover' as const),
        members: fc.array(tie('tree'), { minLength: 1, maxLength: 3 }),
      }),
    },
  ),
}));

function build(given: Tree, model: Model, clock: VirtualTimeScheduler): Handler {
  if (given.kind === 'model') return model.handler;
  if (given.kind === 'policy') {
    return compose(build(given.inner, model, clock), policies[given.policy](clock));
  }
  const members = Object.fromEntries(
    given.members.map((member, at) => [`m${String(at)}`, build(member, model, clock)]),
  );
  if (given.kind === 'race') return raceFirstToken(members);
  return failover(members, given.kind === 'failover' ? {} : { afterOutput: 'error' });
}

/** A whole pipeline asked by some at times, of whom some leave. */
const run = fc.record({
  tree,
  faults: fc.array(fault, { maxLength: 12 }),
  callers: fc.array(
    fc.record({ joins: moment(15), leaves: fc.option(moment(40), { nil: Infinity }) }),
    { minLength: 1, maxLength: 3 },
  ),
});

/** Which attempt a text is of; it must be a beginning of that attempt's. */
function attemptOf(text: string, { attempts }: Model): number | undefined {
  if (text === '') return undefined;
  const attempt = Number(/^\d+/.exec(text)?.[0]);
  expect(textOf(attempt, attempts[attempt]!.words).startsWith(text)).toBe(true);
  return attempt;
}

/** A text that was read to its end: all of one attempt that was whole. */
function expectWhole(text: string, id: string | undefined, { attempts }: Model): void {
  const attempt = Number(id);
  const { words, how, at } = attempts[attempt]!;
  expect(text).toBe(textOf(attempt, words));
  const length = story(attempt, words).length;
  // A fault that comes after the finish has gone by is a fault of nothing.
  expect(how === 'none' || at >= length).toBe(true);
}

type Given = typeof run extends fc.Arbitrary<infer T> ? T : never;

/** Plays a run with a view at the end, and hands what each caller heard to a judge. */
function play<T>(
  { tree, faults, callers }: Given,
  view: (events: Observable<ChatEvent>, caller: number) => Observable<T>,
  judge: (heard: { values: readonly T[]; end: unknown; left: boolean }, model: Model) => void,
): void {
  const clock = new VirtualTimeScheduler();
  const model = new Model(faults, clock);
  const ask = build(tree, model, clock);
  const heard: { watched: ReturnType<typeof watch<T>>; left: boolean }[] = [];
  for (const { joins, leaves } of callers) {
    clock.schedule(() => {
      const caller = { watched: watch(view(ask(question), heard.length)), left: false };
      heard.push(caller);
      if (leaves === Infinity) return;
      clock.schedule(() => {
        caller.left = !caller.watched.subscription.closed;
        caller.watched.subscription.unsubscribe();
      }, leaves);
    }, joins);
  }
  clock.flush();
  expect(heard).toHaveLength(callers.length);
  for (const { watched, left } of heard) {
    judge({ values: watched.values, end: watched.end, left }, model);
    watched.subscription.unsubscribe();
  }
  expect(model.open).toBe(0);
  expect(clock.actions).toEqual([]);
}

const runs = { numRuns: 400, seed: 1 };

/** Callers of one call that fails after output, so that some join in the midst of that. */
const shared: fc.Arbitrary<Given> = fc.record({
  tree: fc.constant<Tree>({
    kind: 'policy',
    policy: 'cache',
    inner: { kind: 'policy', policy: 'patient retry', inner: { kind: 'model' } },
  }),
  faults: fc.array(
    fc.record({
      how: fc.constant('mendable' as const),
      at: fc.integer({ min: 3, max: 5 }),
      words: fc.constant(4),
      pace: fc.constantFrom(1, 3),
    }),
    { minLength: 1, maxLength: 2 },
  ),
  callers: fc.array(fc.record({ joins: moment(30), leaves: fc.constant(Infinity) }), {
    minLength: 4,
    maxLength: 4,
  }),
});

describe('a reader gets the text of exactly one attempt', () => {
  it('who folds the events, at every moment', () => {
    fc.assert(
      fc.property(run, (given) => {
        play(
          given,
          (events) => events,
          ({ values, end }, model) => {
            const fold = new AnswerFold();
            let answer: ChatAnswer | undefined;
            for (const event of values) {
              answer = fold.add(event, 0);
              attemptOf(fold.text, model);
              if (event.type === 'retract') expect(fold.text).toBe('');
            }
            if (end !== 'complete' || !answer) return;
            expectWhole(answer.text, answer.id, model);
            const attempt = Number(answer.id);
            expect(answer.reasoning).toBe(word(attempt, 0));
            expect(answer.usage).toEqual({ outputTokens: attempt });
            expect(answer.toolCalls.map(({ input }) => input)).toEqual(
              attempt % 3 === 2 ? [attempt] : [],
            );
          },
        );
      }),
      runs,
    );
  });

  it('with toAnswer, or an error', () => {
    fc.assert(
      fc.property(run, (given) => {
        play(given, toAnswer(), ({ values, end }, model) => {
          expect(values).toHaveLength(end === 'complete' ? 1 : 0);
          for (const { text, id } of values) expectWhole(text, id, model);
        });
      }),
      runs,
    );
  });

  it('with textSoFar, in every frame', () => {
    fc.assert(
      fc.property(run, (given) => {
        play(given, textSoFar(), ({ values }, model) => {
          for (const text of values) attemptOf(text, model);
        });
      }),
      runs,
    );
  });

  it('with textDeltas, or an error before the second attempt says anything', () => {
    fc.assert(
      fc.property(run, (given) => {
        play(given, textDeltas(), ({ values }, model) => {
          attemptOf(values.join(''), model);
        });
      }),
      runs,
    );
  });
});

describe('who shares a call that fails in mid-answer', () => {
  it('reads no word that was taken back before it came', () => {
    fc.assert(
      fc.property(shared, (given) => {
        // The first one stays to the end, so that the call goes on for the others.
        const view = (events: Observable<ChatEvent>, caller: number): Observable<string> =>
          caller === 0 ? events.pipe(ignoreElements()) : events.pipe(textDeltas());
        play(given, view, ({ values }, model) => {
          attemptOf(values.join(''), model);
        });
      }),
      runs,
    );
  });

  it('gets the whole text, whenever it came', () => {
    fc.assert(
      fc.property(shared, (given) => {
        play(given, toAnswer(), ({ values, end }, model) => {
          expect(end).toBe('complete');
          for (const { text, id } of values) expectWhole(text, id, model);
        });
      }),
      runs,
    );
  });
});

describe('a call that can be saved', () => {
  it('is answered whole: retries and failover lose nothing that they could mend', () => {
    const mendable = fault.map((given): Fault => ({ ...given, how: 'mendable' }));
    fc.assert(
      fc.property(fc.array(mendable, { maxLength: 5 }), (faults) => {
        const attempts = { kind: 'policy', policy: 'retry', inner: { kind: 'model' } } as const;
        const given: Given = {
          tree: { kind: 'failover', members: [attempts, attempts] },
          faults,
          callers: [{ joins: 0, leaves: Infinity }],
        };
        play(given, toAnswer(), ({ values, end }, model) => {
          expect(end).toBe('complete');
          expect(values[0]!.attempts).toBe(model.attempts.length);
        });
      }),
      runs,
    );
  });
});
