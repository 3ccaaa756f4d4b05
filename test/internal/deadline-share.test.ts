import {
  concat,
  ignoreElements,
  NEVER,
  Observable,
  of,
  Subscription,
  throwError,
  timer,
  VirtualTimeScheduler,
} from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { failover } from '../../src/combinator/failover';
import { LlmError } from '../../src/error/llm-error';
import type { ChatEvent } from '../../src/event/chat-event';
import { compose, type Handler } from '../../src/handler';
import { deadlines } from '../../src/policy/deadlines';
import { limitConcurrency } from '../../src/policy/limit-concurrency';
import { retryBackoff, type RetryBackoffOptions } from '../../src/policy/retry-backoff';
import { prompt } from '../../src/request/messages';
import { answerEvents, fakeHandler, retract, start, textDelta } from '../../src/testing/index';
import { adjustableClock } from '../support/adjustable-clock';
import { watch } from '../support/watch';

const question = (deadline: number) => prompt('?', { context: { deadline } });

const never: Handler = () => NEVER;

/** Two attempts, of which the first one has half of the time. */
const twice = (clock: VirtualTimeScheduler, options: RetryBackoffOptions = {}) =>
  retryBackoff({ attempts: 2, base: 0, scheduler: clock, ...options });

describe("an attempt's share of the time until the deadline", () => {
  it('is its part of what is left', () => {
    const clock = new VirtualTimeScheduler();
    const asked: number[] = [];
    const silent: Handler = () => {
      asked.push(clock.now());
      return NEVER;
    };
    watch(compose(silent, twice(clock))(question(100)));
    clock.flush();
    expect(asked).toEqual([0, 50]);
  });

  it('is the same on a clock that began long ago', () => {
    const { clock, runTo } = adjustableClock();
    const asked: number[] = [];
    const silent: Handler = () => {
      asked.push(clock.frame);
      return NEVER;
    };
    runTo(7);
    watch(compose(silent, twice(clock))(question(clock.now() + 100)));
    runTo();
    expect(asked).toEqual([7, 57]);
  });

  it('asks nobody where there is none', () => {
    const clock = new VirtualTimeScheduler();
    const handler = fakeHandler(answerEvents('fine'));
    const watched = watch(compose(handler, twice(clock))(question(0)));
    expect(watched.end).toMatchObject({ error: { kind: 'timed-out', code: 'first-token' } });
    expect(handler.requests).toEqual([]);
  });

  it('is not what the last attempt has', () => {
    const clock = new VirtualTimeScheduler();
    const watched = watch(compose(never, twice(clock, { attempts: 1 }))(question(100)));
    clock.flush();
    expect(watched.end).toBeUndefined();
    expect(clock.now()).toBe(0);
  });

  it('leaves the silent server before it is told', () => {
    const clock = new VirtualTimeScheduler();
    const log: string[] = [];
    const silent: Handler = () => new Observable(() => () => log.push('left'));
    compose(silent, twice(clock))(question(100)).subscribe(({ type }) => log.push(type));
    clock.flush();
    expect(log).toEqual(['left', 'retry']);
  });

  it.each([
    ['is over', [start(), textDelta('a')]],
    ['has ended', answerEvents('fine')],
  ])('keeps no timer behind when the call %s', (_, events) => {
    const clock = new VirtualTimeScheduler();
    let emit!: (event: ChatEvent) => void;
    let end!: () => void;
    const server: Handler = () =>
      new Observable((subscriber) => {
        emit = (event) => subscriber.next(event);
        end = () => subscriber.complete();
      });
    const subscription = compose(server, twice(clock))(question(100)).subscribe();
    expect(clock.actions).toHaveLength(1);
    events.forEach(emit);
    if (events.length > 2) end();
    else subscription.unsubscribe();
    expect(clock.actions).toEqual([]);
  });

  it('has no timer where the answer is there at once', () => {
    const clock = new VirtualTimeScheduler();
    let most = 0;
    compose(
      () => of(...answerEvents('fine')),
      twice(clock),
    )(question(100)).subscribe(() => {
      most = Math.max(most, clock.actions.length);
    });
    expect(most).toBe(0);
  });

  it('has no timer where a deadline nearer to the wire rules', () => {
    const clock = new VirtualTimeScheduler();
    const firstToken = deadlines({ firstToken: 80, scheduler: clock });
    const subscription = compose(never, firstToken, twice(clock))(question(100)).subscribe();
    expect(clock.actions).toHaveLength(1);
    subscription.unsubscribe();
  });

  it('hands on what is thrown by who is asked whether to retry', () => {
    const clock = new VirtualTimeScheduler();
    const retryOn = (): boolean => {
      throw new Error('no idea');
    };
    const watched = watch(compose(never, twice(clock, { retryOn }))(question(100)));
    clock.flush();
    expect(watched.end).toMatchObject({ error: { message: 'no idea' } });
  });

  it('is not kept any more once there was output, also where that was taken back', () => {
    const clock = new VirtualTimeScheduler();
    let asked = 0;
    const slow: Handler = () => {
      asked += 1;
      return concat(
        of(start(), textDelta('a'), retract()),
        timer(60, clock).pipe(ignoreElements()),
        [...answerEvents('fine')],
      );
    };
    const watched = watch(compose(slow, twice(clock))(question(100)));
    clock.flush();
    expect(watched.end).toBe('complete');
    expect(asked).toBe(1);
  });

  it('bounds no retries once it was lifted by a wait for a place', () => {
    const clock = new VirtualTimeScheduler();
    const place = limitConcurrency({ max: 1 });
    watch(timer(60, clock).pipe(ignoreElements(), place));
    const asked: number[] = [];
    const failing: Handler = () => {
      asked.push(clock.now());
      const error = new LlmError('fake: broken', { kind: 'server' });
      return asked.length === 1 ? throwError(() => error) : of(...answerEvents('fine'));
    };
    const members = { held: compose(failing, place, twice(clock)), other: never };
    const watched = watch(failover(members, { scheduler: clock })(question(100)));
    clock.flush();
    expect(asked).toEqual([60, 60]);
    expect(watched.end).toBe('complete');
  });

  it('asks nobody what to do where its end ends the call', () => {
    const clock = new VirtualTimeScheduler();
    const retryOn = vi.fn(() => true);
    const call = new Subscription();
    const silent: Handler = () => new Observable(() => () => call.unsubscribe());
    call.add(compose(silent, twice(clock, { retryOn }))(question(100)).subscribe());
    clock.flush();
    expect(call.closed).toBe(true);
    expect(retryOn).not.toHaveBeenCalled();
  });
});
