import { Observable, type SubjectLike, type Subscriber } from 'rxjs';
import type { ChatEvent } from '../event/chat-event';
import { freezeEvent } from './deep-freeze';

/**
 * Repeats the current attempt to those who join late, then goes on live.
 *
 * Unlike `ReplaySubject`, it forgets what was retracted, and notices that are news only
 * when they happen. Events are frozen, as many read them.
 */
export class AttemptSubject implements SubjectLike<ChatEvent> {
  #attempt: ChatEvent[] = [];
  // Replaced, not changed: who leaves or joins while an event is told changes nothing for others.
  #listeners: readonly Subscriber<ChatEvent>[] = [];
  #end: ((listener: Subscriber<ChatEvent>) => void) | undefined;

  /** @param onEnd - Called before the end is told, with whether it is a completion. */
  constructor(private readonly onEnd: (complete: boolean) => void) {}

  /** What the current attempt has said so far. */
  get attempt(): readonly ChatEvent[] {
    return this.#attempt;
  }

  next(event: ChatEvent): void {
    freezeEvent(event);
    switch (event.type) {
      case 'retract':
        this.#attempt = [];
        break;
      case 'start':
        this.#attempt = [event];
        break;
      case 'retry':
      case 'route':
      case 'cache':
      case 'wait':
      case 'repair':
      case 'degraded':
      case 'keep-alive':
        break;
      default:
        this.#attempt.push(event);
    }
    const listeners = this.#listeners;
    for (let at = 0; at < listeners.length; at += 1) listeners[at]!.next(event);
  }

  error(error: unknown): void {
    this.onEnd(false);
    this.#finish((listener) => {
      listener.error(error);
    });
  }

  complete(): void {
    this.onEnd(true);
    this.#finish((listener) => {
      listener.complete();
    });
  }

  readonly #joined = new Observable<ChatEvent>((destination) => {
    // By index, as the consumer of a repeated event may cause the next live one.
    const { attempt } = this;
    for (let at = 0; at < attempt.length && !destination.closed; at += 1) {
      destination.next(attempt[at]!);
    }
    if (this.#end) {
      this.#end(destination);
      return undefined;
    }
    this.#listeners = [...this.#listeners, destination];
    return () => {
      this.#listeners = this.#listeners.filter((listener) => listener !== destination);
    };
  });

  readonly subscribe = this.#joined.subscribe.bind(this.#joined);

  #finish(end: (listener: Subscriber<ChatEvent>) => void): void {
    this.#end = end;
    const listeners = this.#listeners;
    this.#listeners = [];
    listeners.forEach(end);
  }
}
