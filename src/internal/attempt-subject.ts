import { Observable, Subject, type SubjectLike } from 'rxjs';
import type { ChatEvent } from '../event/chat-event';

/**
 * Repeats the current attempt to those who join late, then goes on live.
 *
 * Unlike `ReplaySubject`, it forgets what was retracted, and notices that are news only
 * when they happen.
 */
export class AttemptSubject implements SubjectLike<ChatEvent> {
  readonly #live = new Subject<ChatEvent>();
  #attempt: ChatEvent[] = [];

  /** What the current attempt has said so far. */
  get attempt(): readonly ChatEvent[] {
    return this.#attempt;
  }

  next(event: ChatEvent): void {
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
    this.#live.next(event);
  }

  error(error: unknown): void {
    this.#live.error(error);
  }

  complete(): void {
    this.#live.complete();
  }

  readonly #joined = new Observable<ChatEvent>((destination) => {
    // By index, as the consumer of a repeated event may cause the next live one.
    const { attempt } = this;
    for (let at = 0; at < attempt.length && !destination.closed; at += 1) {
      destination.next(attempt[at]!);
    }
    return this.#live.subscribe(destination);
  });

  readonly subscribe = this.#joined.subscribe.bind(this.#joined);
}
