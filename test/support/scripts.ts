import fc from 'fast-check';
import { Observable, type SchedulerLike, Subscription } from 'rxjs';
import { LlmError } from '../../src/error/llm-error';
import type { ChatEvent } from '../../src/event/chat-event';
import { finish, reasoningDelta, start, textDelta, toolCall, usage } from '../../src/testing/index';

/** What one call says, and when: in milliseconds after what came before, 0 for at once. */
export interface Script {
  readonly steps: readonly { readonly after: number; readonly event: ChatEvent }[];
  readonly end: 'complete' | 'never' | { readonly error: unknown; readonly after: number };
}

/** An error that no one can mend, and one that another attempt may. */
export const fatal = new LlmError('fake: refused', { kind: 'invalid-request' });
const mendable = new LlmError('fake: broken', { kind: 'server' });

/** Errors of all sorts: known ones, those of other libraries, and what is hardly one. */
export const errors: readonly unknown[] = [
  ...[fatal, mendable, { status: 400 }, { status: 503 }],
  ...[new Error('mine'), 'text', undefined],
];

const pause = fc.constantFrom(0, 0, 0, 1, 7);

const middle: fc.Arbitrary<ChatEvent> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('a', 'b', ' ').map(textDelta) },
  fc.constant(reasoningDelta('r')),
  fc.constant(usage({ inputTokens: 1 })),
  fc.constant(toolCall('tool', { city: 'Bern' })),
);

const failure = fc
  .tuple(fc.constantFrom(mendable, mendable, mendable, ...errors), pause)
  .map(([error, after]) => ({ error, after }));

/** Scripts of all that a handler may do, well or badly. */
export const anyScript: fc.Arbitrary<Script> = fc
  .record({
    begins: fc.boolean(),
    said: fc.array(fc.tuple(pause, middle), { maxLength: 6 }),
    finishes: fc.boolean(),
    end: fc.oneof(
      fc.constant('complete' as const),
      fc.constant('never' as const),
      failure,
      failure,
    ),
  })
  .map(({ begins, said, finishes, end }) => script(begins, said, finishes, end));

/** Scripts of whole answers. */
export const wholeScript: fc.Arbitrary<Script> = fc
  .array(fc.tuple(pause, middle), { minLength: 1, maxLength: 6 })
  .map((said) => script(true, [...said, [0, textDelta('.')]], true, 'complete'));

function script(
  begins: boolean,
  said: readonly (readonly [number, ChatEvent])[],
  finishes: boolean,
  end: Script['end'],
): Script {
  const events: (readonly [number, ChatEvent])[] = [
    ...(begins ? [[0, start()] as const] : []),
    ...said,
    ...(finishes ? [[0, finish()] as const] : []),
  ];
  return { steps: events.map(([after, event]) => ({ after, event })), end };
}

/** Whether it is a whole answer. */
export const isWhole = ({ steps, end }: Script): boolean =>
  end === 'complete' && steps.at(-1)?.event.type === 'finish';

/** Plays scripts, and knows what is open. */
export class Player {
  calls = 0;
  open = 0;
  /** The most that were open at once. */
  most = 0;
  constructor(private readonly clock: SchedulerLike) {}

  /** A handler whose n-th call plays the n-th script, then the last one again. */
  handler(...scripts: readonly Script[]): () => Observable<ChatEvent> {
    return () =>
      new Observable((subscriber) => {
        const { steps, end } = scripts[Math.min(this.calls, scripts.length - 1)]!;
        this.calls += 1;
        this.open += 1;
        this.most = Math.max(this.most, this.open);
        const timers = new Subscription();
        const wait = (after: number, work: () => void): void => {
          if (after === 0) work();
          else timers.add(this.clock.schedule(work, after));
        };
        const play = (at: number): void => {
          if (subscriber.closed) return;
          const step = steps[at];
          if (step) {
            wait(step.after, () => {
              subscriber.next(step.event);
              play(at + 1);
            });
          } else if (end === 'complete') subscriber.complete();
          else if (end !== 'never') wait(end.after, () => subscriber.error(end.error));
        };
        subscriber.add(() => {
          this.open -= 1;
          timers.unsubscribe();
        });
        play(0);
      });
  }
}
