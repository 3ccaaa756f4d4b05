import {
  map,
  Observable,
  of,
  Subject,
  type Subscriber,
  Subscription,
  take,
  UnsubscriptionError,
} from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import type { ChatEvent } from '../../src/event/chat-event';
import {
  operate,
  OperatorSubscriber,
  tellTexts,
  textTarget,
  tie,
  type Overrides,
} from '../../src/internal/operate';
import { watch } from '../support/watch';

/** An operator made of overrides. */
const operator =
  (source: Observable<number>, overrides: (out: Subscriber<number>) => Overrides<number>) =>
  (): Observable<number> =>
    new Observable((destination) => {
      source.subscribe(operate<number, number>(destination, overrides(destination)));
    });

const doubled = (source: Observable<number>): Observable<number> =>
  operator(source, (out) => ({ next: (value) => out.next(value * 2) }))();

describe('operate', () => {
  it('forwards what is not overridden, with the same error', () => {
    const error = new Error('mine');
    const failed = new Observable<number>((subscriber) => {
      subscriber.next(1);
      subscriber.error(error);
    });
    const completed = new Observable<number>((subscriber) => {
      subscriber.next(1);
      subscriber.complete();
    });
    expect(watch(doubled(failed))).toMatchObject({ values: [2], end: { error } });
    expect(watch(doubled(completed))).toMatchObject({ values: [2], end: 'complete' });
  });

  it('is linked before the source runs: a consumer stops a synchronous source', () => {
    const made = vi.fn();
    const source = new Observable<number>((subscriber) => {
      for (let n = 0; !subscriber.closed; n += 1) {
        made(n);
        subscriber.next(n);
      }
    });
    expect(watch(doubled(source).pipe(take(3))).values).toEqual([0, 2, 4]);
    expect(made).toHaveBeenCalledTimes(3);
  });

  it.each(['next', 'error', 'complete'] as const)(
    "a throw in %s is the stream's error, and tears the source down",
    (name) => {
      const thrown = new Error('thrown');
      const teardown = vi.fn();
      const source = new Observable<number>((subscriber) => {
        if (name === 'next') subscriber.next(1);
        if (name === 'error') subscriber.error(new Error('another'));
        if (name === 'complete') subscriber.complete();
        return teardown;
      });
      const raise = (): never => {
        throw thrown;
      };
      const stream = operator(source, () => ({ next: () => undefined, [name]: raise }))();
      expect(watch(stream).end).toEqual({ error: thrown });
      expect(teardown).toHaveBeenCalledOnce();
    },
  );

  it.each(['complete', 'error'] as const)(
    'leaves the source on %s, though its destination goes on',
    (name) => {
      const teardown = vi.fn();
      const ending = new Subject<number>();
      const source = new Observable<number>((subscriber) => {
        subscriber.add(teardown);
        return ending.subscribe({
          [name]: () => {
            // Kept open on purpose: only the operator can leave.
            subscriber[name](undefined);
          },
        });
      });
      const quiet = (): void => undefined;
      const watched = watch(operator(source, () => ({ next: quiet, [name]: quiet }))());
      ending[name](undefined);
      expect(watched.end).toBeUndefined();
      expect(teardown).toHaveBeenCalledOnce();
    },
  );

  it('leaves the source when the consumer leaves', () => {
    const teardown = vi.fn();
    const watched = watch(doubled(new Observable(() => teardown)));
    watched.subscription.unsubscribe();
    expect(teardown).toHaveBeenCalledOnce();
  });

  it('passes nothing on after the end', () => {
    const source = new Observable<number>((subscriber) => {
      subscriber.next(1);
      subscriber.complete();
      subscriber.next(2);
      subscriber.error(new Error('late'));
    });
    expect(watch(doubled(source))).toMatchObject({ values: [2], end: 'complete' });
  });

  it('leaves errors of the operators below to them', () => {
    const thrown = new Error('below');
    const source = new Observable<number>((subscriber) => {
      subscriber.next(1);
    });
    const stream = doubled(source).pipe(
      map(() => {
        throw thrown;
      }),
    );
    expect(watch(stream).end).toEqual({ error: thrown });
  });

  it('lets a second source be left with the first', () => {
    const [one, other] = [vi.fn(), vi.fn()];
    const both = new Observable<number>((destination) => {
      for (const teardown of [one, other]) {
        new Observable<number>(() => teardown).subscribe(operate(destination, {}));
      }
    });
    // The operator behind them has a field for one source.
    const watched = watch(doubled(both));
    watched.subscription.unsubscribe();
    expect(one).toHaveBeenCalledOnce();
    expect(other).toHaveBeenCalledOnce();
  });

  it('leaves at once what is tied to a reader that has left already', () => {
    const left = vi.fn();
    watch(
      doubled(
        new Observable((destination) => {
          destination.unsubscribe();
          tie(destination, { unsubscribe: left });
        }),
      ),
    );
    expect(left).toHaveBeenCalledOnce();
  });

  it('forgets a source that has ended, so that the next one can take its place', () => {
    const teardown = vi.fn();
    let added: unknown[] = [];
    const oneAfterTheOther = new Observable<number>((destination) => {
      added = vi.spyOn(destination, 'add').mock.calls;
      const quiet = (): void => undefined;
      of(1).subscribe(operate<number, number>(destination, { complete: quiet }));
      new Observable<number>(() => teardown).subscribe(operate(destination, {}));
    });
    const watched = watch(doubled(oneAfterTheOther));
    expect(watched.values).toEqual([2]);
    // RxJS's own list is left alone.
    expect(added.flat().filter(Boolean)).toEqual([]);
    watched.subscription.unsubscribe();
    expect(teardown).toHaveBeenCalledOnce();
  });

  it('tears all down though one teardown throws, and tells of all that they threw', () => {
    const [mine, yours] = [new Error('mine'), new Error('yours')];
    const raise = (error: Error) => () => {
      throw error;
    };
    const source = new Observable<number>(() => raise(yours));
    const withOwn = new Observable<number>((destination) => {
      const operator = operate<number, number>(destination, {});
      operator.add(raise(mine));
      doubled(source).subscribe(operator);
    });
    const watched = watch(doubled(withOwn));
    let thrown: unknown;
    try {
      watched.subscription.unsubscribe();
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(UnsubscriptionError);
    expect((thrown as UnsubscriptionError).errors).toEqual([mine, yours]);
  });
});

describe('pieces of text that come at once', () => {
  const pieces = ['a', 'b', 'c'].map((text) => ({ type: 'text-delta', text }) as const);
  const from = new Subscription();

  /** An operator that hears pieces, for a consumer that leaves at will. */
  const heardBy = (onText: (text: string, consumer: Subscription) => void) => {
    const heard: string[] = [];
    const errors: unknown[] = [];
    let target: Subscriber<never> | undefined;
    new Observable<ChatEvent>((destination) => {
      const reader = operate<ChatEvent, ChatEvent>(destination, {
        next: (event) => {
          if (!('text' in event)) return;
          heard.push(event.text);
          onText(event.text, destination);
        },
      });
      target = textTarget(reader);
    }).subscribe({ error: (error) => errors.push(error) });
    // What throws is no business of who tells.
    tellTexts(target!, pieces, from);
    return { heard, errors };
  };

  it('are told past all that would pass them on as they are', () => {
    class Passing extends OperatorSubscriber<never> {
      override get passesText(): boolean {
        return true;
      }
    }
    new Observable<never>((destination) => {
      const listening = operate<never, never>(destination, {});
      const passing = new Passing(listening);
      expect(textTarget(new Passing(passing))).toBe(listening);
      expect(textTarget(listening)).toBe(listening);
      expect(textTarget(destination)).toBe(destination);
    }).subscribe();
    expect.assertions(3);
  });

  it('are heard one by one, until the consumer leaves', () => {
    expect(heardBy(() => undefined).heard).toEqual(['a', 'b', 'c']);
    const { heard } = heardBy((text, consumer) => {
      if (text === 'b') consumer.unsubscribe();
    });
    expect(heard).toEqual(['a', 'b']);
  });

  it('are the error of the stream where one of them throws', () => {
    const thrown = new Error('thrown');
    const { heard, errors } = heardBy((text) => {
      if (text === 'b') throw thrown;
    });
    expect(heard).toEqual(['a', 'b']);
    expect(errors).toEqual([thrown]);
  });
});
