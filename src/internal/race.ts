import { defer, type Subscriber } from 'rxjs';
import { LlmError } from '../error/llm-error';
import {
  isKeepAlive,
  type ChatEvent,
  type FinishEvent,
  type RouteLoser,
} from '../event/chat-event';
import { UsageFold } from '../event/usage-fold';
import type { Handler } from '../handler';
import { Commitment } from './commit';
import { isChatRequest } from './members';
import { operate } from './operate';
import { runAside } from './report';

/** Who races for what, and who hears of it. */
export interface RaceRules<Request, Event> {
  /** The combinator's name. */
  readonly by: string;
  readonly request: Request;
  readonly destination: Subscriber<Event>;
  /** A member has answered, and the others were left. */
  readonly onWin?: () => void;
  /**
   * A member has failed and was left. With `finished` it gave a reason for having no output:
   * it answers if nobody else does.
   */
  readonly onLoss: (error: unknown, finished: boolean) => void;
}

/** A member in a race. */
interface Racer<Event> {
  readonly name: string;
  readonly subscriber: Subscriber<Event>;
  readonly used: UsageFold;
  /** Told by presence, as the error may be `undefined`. */
  failure?: { readonly error: unknown };
}

/** One call's race for the first output, among members that may enter one after another. */
export class Race<Request, Event> {
  readonly #rules: RaceRules<Request, Event>;
  readonly #chat: boolean;
  readonly #racers: Racer<Event>[] = [];
  #winner: Racer<Event> | undefined;
  /** The winner, once all that was held of it is told. */
  #live: Racer<Event> | undefined;
  #end: (() => void) | undefined;
  #reserve: (() => void) | undefined;

  constructor(rules: RaceRules<Request, Event>) {
    this.#rules = rules;
    this.#chat = isChatRequest(rules.request);
  }

  /** Whether a member has answered, or nobody listens any more. */
  get over(): boolean {
    return this.#winner !== undefined || this.#rules.destination.closed;
  }

  /** How many are under way. */
  get running(): number {
    return this.#racers.length - this.failures.length;
  }

  /** What those who entered have failed with, in the order of their entering. */
  get failures(): readonly { readonly name: string; readonly error: unknown }[] {
    return this.#racers.flatMap(({ name, failure }) => (failure ? [{ name, ...failure }] : []));
  }

  /** Asks a member. */
  enter(name: string, handler: Handler<Request, Event>): void {
    const { by, destination, request, onLoss } = this.#rules;
    const held: Event[] = [];
    const committed = new Commitment();

    const lose = (error: unknown, finished: boolean): void => {
      racer.failure = { error };
      leave(racer);
      onLoss(error, finished);
    };
    const subscriber = operate<Event, Event>(destination, {
      next: (value) => {
        // A sign of life keeps the idle timers around a race quiet, whoever gives it.
        if (this.#live === racer || isKeepAlive(value)) {
          destination.next(value);
          return;
        }
        held.push(value);
        if (this.#winner === racer) return;
        committed.add(value);
        if (this.#chat) racer.used.add(value as ChatEvent);
        if (committed.made) this.#win(racer, held);
      },
      error: (error) => {
        if (this.#winner === racer) {
          this.#endWith(() => {
            destination.error(error);
          });
        } else lose(error, false);
      },
      complete: () => {
        if (this.#winner === racer) {
          this.#endWith(() => {
            destination.complete();
          });
          return;
        }
        const finished = endsForReason(held.at(-1));
        if (finished) {
          this.#reserve ??= () => {
            this.#win(racer, held);
            destination.complete();
          };
        }
        lose(empty(by, name), finished);
      },
    });
    const racer: Racer<Event> = { name, subscriber, used: new UsageFold() };
    this.#racers.push(racer);
    defer(() => handler(request)).subscribe(subscriber);
  }

  /** Ends the call as nobody has any output: with a member's reason for that, or else so. */
  giveUp(fail: () => void): void {
    (this.#reserve ?? fail)();
  }

  /** Leaves all members. */
  abort(): void {
    for (const racer of this.#racers) leave(racer);
  }

  #win(winner: Racer<Event>, held: Event[]): void {
    const { by, destination, onWin } = this.#rules;
    this.#winner = winner;
    const others = this.#racers.filter((racer) => racer !== winner);
    for (const racer of others) leave(racer);
    onWin?.();
    if (this.#chat) {
      const route = { type: 'route', by, name: winner.name } as const;
      const event = others.length > 0 ? { ...route, losers: others.map(asLoser) } : route;
      destination.next(event as Event);
    }
    // Who hears of it may cause more, which is told behind what is held.
    for (const value of held) destination.next(value);
    held.length = 0;
    this.#live = winner;
    this.#end?.();
  }

  #endWith(end: () => void): void {
    if (this.#live) end();
    else this.#end = end;
  }
}

/** What its teardown throws is no business of the others. */
function leave({ subscriber }: Racer<never>): void {
  runAside(() => {
    subscriber.unsubscribe();
  });
}

function asLoser({ name, used, failure }: Racer<unknown>): RouteLoser {
  const { total } = used;
  return { name, ...(Object.keys(total).length > 0 && { usage: total }), ...failure };
}

// `stop` with nothing said is the empty answer of a server in trouble.
function endsForReason(last: unknown): boolean {
  const finish = last as FinishEvent | undefined;
  return finish?.type === 'finish' && !['stop', 'unknown'].includes(finish.reason);
}

function empty(by: string, name: string): LlmError {
  return new LlmError(`${by}: ${name} ended without any output`, {
    kind: 'truncated',
    provider: name,
  });
}
