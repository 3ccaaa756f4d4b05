import { from, Observable, observable, of } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import type { Handler } from '../../src/handler';
import { begin, directHandler } from '../../src/internal/direct-handler';
import { watch } from '../support/watch';

/** The answer of a handler that is begun by another one, as a policy does it. */
const within = (handler: Handler<number, number>): Observable<number> =>
  new Observable((subscriber) => {
    begin(handler, 21, subscriber);
  });

describe('directHandler', () => {
  it('is a handler as any other: cold, and begun anew by each subscriber', () => {
    const work = vi.fn();
    const handler = directHandler<number, number>((request, subscriber) => {
      work();
      subscriber.next(request * 2);
      subscriber.complete();
    });
    const answers = [handler(21), within(handler)];
    expect(work).not.toHaveBeenCalled();
    for (const answer of [...answers, ...answers]) {
      expect(watch(answer)).toMatchObject({ values: [42], end: 'complete' });
    }
    expect(work).toHaveBeenCalledTimes(4);
  });

  it('makes what it throws the error of the answer', () => {
    const thrown = new Error('mine');
    const handler = directHandler<number, number>(() => {
      throw thrown;
    });
    expect(watch(handler(21)).end).toEqual({ error: thrown });
    expect(watch(within(handler)).end).toEqual({ error: thrown });
  });

  it('is not begun in place of what is around it and has its fields', () => {
    const inner = directHandler<number, number>((request, subscriber) => {
      subscriber.next(request);
    });
    const around: Handler<number, number> = (request) => inner(request * 2);
    const withFields = Object.defineProperties(around, Object.getOwnPropertyDescriptors(inner));
    const copy = Object.assign((request: number) => inner(request * 2), inner);
    const proxy = new Proxy(inner, { apply: (_, self, [request]) => inner(Number(request) * 2) });
    for (const handler of [withFields, copy, proxy]) {
      expect(watch(within(handler)).values).toEqual([42]);
    }
  });
});

describe('begin', () => {
  it('asks any handler, also one whose Observable is of another copy of RxJS', () => {
    expect(watch(within((request) => of(request, request)))).toMatchObject({
      values: [21, 21],
      end: 'complete',
    });
    const foreign = { subscribe: () => undefined, [observable]: () => from([7]) };
    expect(watch(within(() => foreign as never)).values).toEqual([7]);
  });

  it('makes what a handler throws the error of the answer', () => {
    const thrown = new Error('mine');
    const handler = (): never => {
      throw thrown;
    };
    expect(watch(within(handler)).end).toEqual({ error: thrown });
  });

  it('leaves the answer with its subscriber', () => {
    const teardown = vi.fn();
    watch(within(() => new Observable(() => teardown))).subscription.unsubscribe();
    expect(teardown).toHaveBeenCalledOnce();
  });
});
