import type { Subscriber } from 'rxjs';
import type { ChatEvent } from '../event/chat-event';
import { OperatorSubscriber } from './operate';

/**
 * An operator that lets text skip those behind it that would only pass it on: most of a pipeline
 * is done with an answer's text when it has seen that there is some.
 */
export abstract class RelaySubscriber<In, Out = In> extends OperatorSubscriber<In, Out> {
  /** Where text goes, after a piece of it has gone through all and until anything else comes. */
  #text: Subscriber<Out> | undefined;

  /** Passes a value on. */
  protected pass(value: Out): void {
    if (!isText(value)) {
      this.#text = undefined;
      this.out.next(value);
    } else if (this.#text) this.#text.next(value);
    else {
      this.out.next(value);
      this.#text = behind(this.out);
    }
  }
}

function behind<T>(out: Subscriber<T>): Subscriber<T> {
  return out instanceof OperatorSubscriber ? out.textTarget : out;
}

function isText(value: unknown): boolean {
  const { type } = (value ?? {}) as Partial<ChatEvent>;
  return type === 'text-delta' || type === 'reasoning-delta';
}
