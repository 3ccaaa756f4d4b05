import type { Subscriber } from 'rxjs';
import { isFinish } from '../event/chat-event';
import { operate } from './operate';

/**
 * A subscriber that tells, once, that the call is answered whole, and passes everything on. It
 * tells before the consumer hears of it: at the `finish`, else at the completion.
 */
export function whenAnswered<T>(consumer: Subscriber<T>, tell: () => void): Subscriber<T> {
  let told = false;
  const answered = (): void => {
    if (!told) tell();
    told = true;
  };
  return operate<T, T>(consumer, {
    next: (value) => {
      if (isFinish(value)) answered();
      consumer.next(value);
    },
    complete: () => {
      answered();
      consumer.complete();
    },
  });
}
