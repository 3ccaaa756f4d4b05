import {
  concat,
  EMPTY,
  NEVER,
  Observable,
  of,
  Subject,
  take,
  throwError,
  VirtualTimeScheduler,
} from 'rxjs';
import { describe, expect, it } from 'vitest';
import { SteadyClock } from '../../src/internal/steady-clock';
import { judgeCall, type Verdict } from '../../src/internal/judge-call';
import {
  finish,
  reasoningDelta,
  retract,
  start,
  textDelta,
  toolCall,
} from '../../src/testing/index';
import { watch } from '../support/watch';

const broken = new Error('broken');

/** A judged call: `settled` holds what was settled, each time. */
function judged<T>(source: Observable<T>, isFailure: (error: unknown) => boolean = () => true) {
  const scheduler = new VirtualTimeScheduler();
  const settled: (Verdict | undefined)[] = [];
  const call = new Observable<T>((destination) => {
    judgeCall(source, destination, {
      clock: new SteadyClock(scheduler),
      isFailure,
      settle: (verdict) => settled.push(verdict),
    });
  });
  return { call, settled, scheduler };
}

describe('judgeCall', () => {
  it.each([
    ['completes', of(1), { failed: false, latency: 0 }],
    ['completes without a value', EMPTY, { failed: false, latency: 0 }],
    ['fails', throwError(() => broken), { failed: true, latency: 0 }],
    ['finishes', concat(of(start(), finish()), NEVER), { failed: false, latency: 0 }],
    [
      'fails after it has finished',
      concat(
        of(finish()),
        throwError(() => broken),
      ),
      { failed: false, latency: 0 },
    ],
  ])('settles once a call that %s', (_, source, verdict) => {
    const { call, settled } = judged<unknown>(source);
    watch(call).subscription.unsubscribe();
    expect(settled).toEqual([verdict]);
  });

  it.each([
    ['is left', NEVER],
    ['says that it ends, in a word of its own', concat(of({ type: 'finish' }), NEVER)],
  ])('has no verdict on a call that %s', (_, source) => {
    const { call, settled } = judged<unknown>(source);
    watch(call).subscription.unsubscribe();
    expect(settled).toEqual([undefined]);
  });

  it('has no verdict on an error that is no failure, nor on one that nobody can judge', () => {
    const asked: unknown[] = [];
    const mine = new Error('mine');
    const own = judged(
      throwError(() => broken),
      (error) => asked.push(error) < 0,
    );
    expect(watch(own.call).end).toEqual({ error: broken });
    const unclear = judged(
      throwError(() => broken),
      () => {
        throw mine;
      },
    );
    expect(watch(unclear.call).end).toEqual({ error: mine });
    expect([...own.settled, ...unclear.settled]).toEqual([undefined, undefined]);
    expect(asked).toEqual([broken]);
  });

  it('settles before the consumer hears of the end', () => {
    const { call, settled } = judged(of(finish()));
    let heard = -1;
    call.pipe(take(1)).subscribe(() => (heard = settled.length));
    expect(heard).toBe(1);
    const failing = judged(throwError(() => broken));
    failing.call.subscribe({ error: () => (heard = failing.settled.length + 1) });
    expect(heard).toBe(2);
  });

  it('makes no call for who has left already', () => {
    let asked = 0;
    const { settled } = judged(NEVER);
    const destination = new Observable((subscriber) => {
      subscriber.unsubscribe();
      judgeCall(
        new Observable(() => {
          asked += 1;
        }),
        subscriber,
        {
          clock: new SteadyClock(new VirtualTimeScheduler()),
          isFailure: () => true,
          settle: (verdict) => settled.push(verdict),
        },
      );
    });
    watch(destination);
    expect([asked, settled]).toEqual([0, [undefined]]);
  });

  it.each([
    ['text', [start(), textDelta('a')], 7],
    ['reasoning', [start(), reasoningDelta('a')], 7],
    ['a tool call', [toolCall('tool')], 7],
    ['any value', ['a'], 7],
    ['the end, where there is no output', [start()], 9],
    ['the first output, though it was retracted', [textDelta('a'), retract()], 7],
  ])('measures the time to %s', (_, values, latency) => {
    const source = new Subject<unknown>();
    const { call, settled, scheduler } = judged(source);
    watch(call);
    scheduler.frame = 7;
    for (const value of values) source.next(value);
    scheduler.frame = 8;
    if (latency === 7) source.next(textDelta('b'));
    scheduler.frame = 9;
    source.complete();
    expect(settled).toEqual([{ failed: false, latency }]);
  });

  it('tells of the first output when it comes, once', () => {
    const heard: number[] = [];
    const source = new Subject<unknown>();
    const scheduler = new VirtualTimeScheduler();
    const call = new Observable((destination) => {
      const hear = (latency: number): void => void heard.push(latency);
      judgeCall(source, destination, {
        clock: new SteadyClock(scheduler),
        hear,
        settle: () => undefined,
      });
    });
    watch(call);
    source.next(start());
    scheduler.frame = 7;
    expect(heard).toEqual([]);
    source.next(textDelta('a'));
    expect(heard).toEqual([7]);
    source.next(retract());
    source.next(textDelta('b'));
    expect(heard).toEqual([7]);
  });

  it.each([
    [{ status: 503 }, { failed: true, latency: 0 }],
    [{ status: 400 }, undefined],
  ])('by default takes %o for what the table of failures says', (error, verdict) => {
    const settled: unknown[] = [];
    const call = new Observable((destination) => {
      judgeCall(
        throwError(() => error),
        destination,
        {
          clock: new SteadyClock(new VirtualTimeScheduler()),
          settle: (given) => settled.push(given),
        },
      );
    });
    watch(call);
    expect(settled).toEqual([verdict]);
  });

  it('takes a clock that was set back for one that stood still', () => {
    const source = new Subject();
    const { call, settled, scheduler } = judged(source);
    scheduler.frame = 100;
    watch(call);
    scheduler.frame = 50;
    source.complete();
    expect(settled).toEqual([{ failed: false, latency: 0 }]);
  });
});
