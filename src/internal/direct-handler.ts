import { from, Observable, type Subscriber } from 'rxjs';
import type { Handler } from '../handler';

/** What a handler does with a subscriber. */
type Begin<Request, T> = (request: Request, subscriber: Subscriber<T>) => void;

const begins = Symbol('rxllm.begins');

/** How to begin a handler: that one alone, as its fields may be copied to one around it. */
interface Beginning<Request, T> {
  readonly handler: Handler<Request, T>;
  readonly work: Begin<Request, T>;
}

type DirectHandler<Request, T> = Handler<Request, T> & {
  readonly [begins]?: Beginning<Request, T>;
};

/**
 * A handler by what it does when its Observable is subscribed to. {@link begin} asks it without
 * one: a pipeline has a dozen layers, of which each would make its own for each call.
 */
export function directHandler<Request, T>(work: Begin<Request, T>): Handler<Request, T> {
  const handler: Handler<Request, T> = (request) =>
    new Observable((subscriber) => {
      work(request, subscriber);
    });
  const beginning: Beginning<Request, T> = { handler, work };
  return Object.defineProperty(handler, begins, { value: beginning });
}

/** Asks a handler and subscribes to the answer; what the handler throws is the answer's error. */
export function begin<Request, T>(
  handler: DirectHandler<Request, T>,
  request: Request,
  subscriber: Subscriber<T>,
): void {
  const beginning = handler[begins];
  try {
    if (beginning?.handler === handler) beginning.work(request, subscriber);
    else from(handler(request)).subscribe(subscriber);
  } catch (thrown) {
    subscriber.error(thrown);
  }
}
