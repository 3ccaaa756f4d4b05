import {
  BehaviorSubject,
  config,
  defer,
  NEVER,
  of,
  ReplaySubject,
  Subject,
  Subscription,
  throwError,
  VirtualTimeScheduler,
} from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import type { ChatEvent } from '../../src/event/chat-event';
import { compose, type Handler } from '../../src/handler';
import { admission, type AdmissionOptions } from '../../src/policy/admission';
import { prompt } from '../../src/request/messages';
import type { ChatRequest } from '../../src/request/chat-request';
import { watch, type Watched } from '../support/watch';

const open: Handler = () => NEVER;
const urgent = prompt('now!', { context: { priority: 1 } });
const usual = prompt('later');

function setUp(options: Partial<AdmissionOptions> = {}) {
  const clock = new VirtualTimeScheduler();
  const door = admission({ maxInFlight: 1, scheduler: clock, ...options });
  const ask = compose(open, door);
  const states = watch(door.state$).values;
  const runTo = (time: number): void => {
    clock.maxFrames = time;
    clock.flush();
    clock.frame = Math.max(clock.frame, time);
  };
  return { clock, door, ask, states, runTo, call: (request = usual) => watch(ask(request)) };
}

const refusedWith = (code: string | undefined) => ({
  error: code === undefined ? { kind: 'queue-full' } : { kind: 'queue-full', code },
});

describe('admission', () => {
  it.each<[Partial<AdmissionOptions>, string]>([
    [{ maxInFlight: 0 }, 'admission: maxInFlight must be a whole number of at least 1, got 0'],
    [{ maxQueue: -1 }, 'admission: maxQueue must be a whole number of at least 0, got -1'],
    [{ maxWait: NaN }, 'admission: maxWait must be a number of at least 0, got NaN'],
    [{ priority: 1 as never }, 'admission: priority must be a function, got number'],
  ])('refuses %o', (options, message) => {
    expect(() => setUp(options)).toThrow(message);
  });

  it('lets maxInFlight calls run and maxQueue wait', () => {
    const { call, states } = setUp({ maxInFlight: 2, maxQueue: 1 });
    call();
    call();
    call();
    expect(states.at(-1)).toEqual({ active: 2, waiting: 1, draining: false });
    expect(call().end).toMatchObject(refusedWith(undefined));
  });

  it('has a queue of 100 and waits for 5 s by default', () => {
    const { call, states, runTo } = setUp();
    const calls = Array.from({ length: 102 }, () => call());
    expect(states.at(-1)).toMatchObject({ waiting: 100 });
    expect(calls.filter(({ end }) => end !== undefined)).toEqual([calls.at(-1)]);
    runTo(4_999);
    expect(states.at(-1)).toMatchObject({ waiting: 100 });
    runTo(5_000);
    expect(states.at(-1)).toEqual({ active: 1, waiting: 0, draining: false });
    expect(calls[1]!.end).toMatchObject(refusedWith('max-wait'));
  });

  it('waits without end when told so, and has no timer', () => {
    const { call, clock } = setUp({ maxWait: Infinity });
    call();
    call();
    expect(clock.actions).toEqual([]);
  });

  it('stops the wait of who got a place, or left', () => {
    const { call, clock } = setUp({ maxWait: 10 });
    const first = call();
    const second = call();
    const third = call();
    expect(clock.actions).toHaveLength(2);
    first.subscription.unsubscribe();
    third.subscription.unsubscribe();
    clock.flush();
    expect(second.end).toBeUndefined();
    expect(third.end).toBeUndefined();
  });

  it('sends nothing for who is refused, though it makes room on hearing of that', () => {
    const { door, clock, call } = setUp({ maxWait: 10, maxQueue: 1 });
    const running = call();
    const sent = vi.fn(open);
    const again: Watched<ChatEvent>[] = [];
    const refused: Handler = (request) => defer(() => sent(request));
    compose(
      refused,
      door,
    )(usual).subscribe({
      error: () => {
        // Its place in the queue is free as well.
        again.push(call());
        running.subscription.unsubscribe();
      },
    });
    clock.flush();
    expect(sent).not.toHaveBeenCalled();
    expect(again.map(({ end }) => end)).toEqual([undefined]);
  });

  it('lets the most urgent go first', () => {
    const { call, states } = setUp();
    const first = call();
    const second = call();
    const third = call(urgent);
    first.subscription.unsubscribe();
    expect(second.values).toEqual([{ type: 'wait', by: 'admission', ahead: 0 }]);
    third.subscription.unsubscribe();
    second.subscription.unsubscribe();
    expect(states.at(-1)).toMatchObject({ active: 0, waiting: 0 });
  });

  it('takes a priority of the user', () => {
    const last: string[] = [];
    const tell: Handler = ({ messages }) => {
      last.push(String(messages[0]!.content));
      return messages[0]!.content === 'first' ? gate : of();
    };
    const gate = new Subject<never>();
    const priority = ({ messages }: { messages: readonly unknown[] }): number =>
      JSON.stringify(messages).length;
    const ask = compose(tell, admission({ maxInFlight: 1, priority }));
    for (const text of ['first', 'b', 'longer']) watch(ask(prompt(text)));
    gate.complete();
    expect(last).toEqual(['first', 'longer', 'b']);
  });

  it('follows limits that change', () => {
    const maxInFlight = new BehaviorSubject(1);
    const maxQueue = new BehaviorSubject(0);
    const { call, states } = setUp({ maxInFlight, maxQueue });
    call();
    expect(call().end).toMatchObject(refusedWith(undefined));
    maxQueue.next(1);
    const second = call();
    expect(second.end).toBeUndefined();
    maxInFlight.next(2);
    expect(states.at(-1)).toEqual({ active: 2, waiting: 0, draining: false });
  });

  it('serves who waits, though one limit was known before the other', () => {
    const maxInFlight = new ReplaySubject<number>(1);
    const { call, states } = setUp({ maxInFlight, maxQueue: new BehaviorSubject(1) });
    const early = expect.stringContaining('no value yet') as string;
    expect(call().end).toMatchObject({ error: { message: early } });
    maxInFlight.next(1);
    const first = call();
    call();
    first.subscription.unsubscribe();
    expect(states.at(-1)).toEqual({ active: 1, waiting: 0, draining: false });
  });
});

describe('drain', () => {
  it('does nothing before it is subscribed to', () => {
    const { door, call } = setUp();
    void door.drain();
    expect(call().end).toBeUndefined();
  });

  it('is done at once where nothing runs', () => {
    const { door, call, clock, states } = setUp();
    const report = watch(door.drain());
    expect(report.values).toEqual([{ completed: 0, aborted: 0 }]);
    expect(report.end).toBe('complete');
    expect(clock.actions).toEqual([]);
    expect(states.at(-1)).toMatchObject({ draining: true });
    expect(call().end).toMatchObject(refusedWith('draining'));
  });

  it('counts those that end in any way, and aborts the rest, running or waiting', () => {
    const { door, call, runTo, clock, states } = setUp({ maxInFlight: 2, maxWait: Infinity });
    const first = call();
    const second = call();
    const third = call();
    const report = watch(door.drain({ timeout: 50 }));
    runTo(10);
    first.subscription.unsubscribe();
    runTo(49);
    expect(report.values).toEqual([]);
    runTo(50);
    expect(report.values).toEqual([{ completed: 1, aborted: 2 }]);
    expect(report.end).toBe('complete');
    const aborted = { error: { kind: 'timed-out', code: 'draining', retryable: false } };
    expect(second.end).toMatchObject(aborted);
    expect(third.end).toMatchObject(aborted);
    expect(states.at(-1)).toEqual({ active: 0, waiting: 0, draining: true });
    expect(clock.actions).toEqual([]);
  });

  it('waits 30 s by default', () => {
    const { door, call, runTo } = setUp();
    const first = call();
    watch(door.drain());
    runTo(29_999);
    expect(first.end).toBeUndefined();
    runTo(30_000);
    expect(first.end).toBeDefined();
  });

  it('goes on refusing when its report is left, and aborts nothing', () => {
    const { door, call, clock } = setUp();
    const first = call();
    watch(door.drain()).subscription.unsubscribe();
    expect(clock.actions).toEqual([]);
    expect(first.end).toBeUndefined();
    expect(call().end).toMatchObject(refusedWith('draining'));
  });

  it('aborts no call that was ended by who heard of another', () => {
    vi.useFakeTimers();
    const { clock, door } = setUp({ maxInFlight: 2 });
    const late = vi.fn<(notification: { kind: string }) => void>();
    config.onStoppedNotification = late;
    const other = new Subscription();
    NEVER.pipe(door).subscribe({
      error: () => {
        other.unsubscribe();
      },
    });
    other.add(NEVER.pipe(door).subscribe());
    const report = watch(door.drain({ timeout: 10 }));
    clock.flush();
    vi.runAllTimers();
    vi.useRealTimers();
    config.onStoppedNotification = null;
    expect(report.values).toEqual([{ completed: 1, aborted: 1 }]);
    expect(late.mock.calls.filter(([{ kind }]) => kind === 'E')).toEqual([]);
  });

  it('aborts all, though what is torn down with one of them throws', () => {
    const { clock, door } = setUp({ maxInFlight: 2 });
    const unhandled = vi.fn();
    const thrown = new Error('thrown');
    config.onUnhandledError = unhandled;
    vi.useFakeTimers();
    NEVER.pipe(door)
      .subscribe({ error: () => undefined })
      .add(() => {
        throw thrown;
      });
    const other = watch(NEVER.pipe(door));
    const report = watch(door.drain({ timeout: 10 }));
    clock.flush();
    vi.runAllTimers();
    vi.useRealTimers();
    config.onUnhandledError = null;
    expect(other.end).toMatchObject({ error: { code: 'draining' } });
    expect(report.values).toEqual([{ completed: 0, aborted: 2 }]);
    expect(unhandled).toHaveBeenCalledWith(expect.objectContaining({ errors: [thrown] }));
  });

  it('counts a call that fails as ended', () => {
    const door = admission({ maxInFlight: 1 });
    const fail = new Subject<never>();
    watch(fail.pipe(door));
    const report = watch(door.drain());
    fail.error(new Error('mine'));
    expect(report.values).toEqual([{ completed: 1, aborted: 0 }]);
    expect(watch(throwError(() => 1).pipe(door)).end).toMatchObject(refusedWith('draining'));
  });

  it('counts what a second one aborted as aborted, in both reports', () => {
    const { call, door, runTo } = setUp();
    call();
    const reports = [30_000, 1].map((timeout) => watch(door.drain({ timeout })));
    runTo(1);
    expect(reports.map(({ values }) => values)).toEqual([
      [{ completed: 0, aborted: 1 }],
      [{ completed: 0, aborted: 1 }],
    ]);
  });

  it('refuses a bad timeout', () => {
    expect(() => admission({ maxInFlight: 1 }).drain({ timeout: -1 })).toThrow(
      'admission: timeout must be a number of at least 0, got -1',
    );
  });

  it('begins before a limit is known that changes', () => {
    const { door } = setUp({ maxInFlight: new BehaviorSubject(4) });
    expect(watch(door.drain()).values).toEqual([{ completed: 0, aborted: 0 }]);
  });

  it('sends nothing only to abort it', () => {
    const { clock, door } = setUp({ maxWait: Infinity });
    let sent = 0;
    const ask = compose<ChatRequest, ChatEvent>(() => defer(() => (sent++, NEVER)), door);
    const calls = Array.from({ length: 3 }, () => watch(ask(usual)));
    const report = watch(door.drain({ timeout: 10 }));
    clock.flush();
    expect(sent).toBe(1);
    expect(report.values).toEqual([{ completed: 0, aborted: 3 }]);
    for (const { end } of calls) expect(end).toMatchObject({ error: { code: 'draining' } });
  });
});
