import { concat, NEVER, of, Subject, throwError, VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { LlmError, type LlmErrorKind } from '../../src/error/llm-error';
import type { ChatEvent } from '../../src/event/chat-event';
import { compose, type Handler } from '../../src/handler';
import {
  adaptConcurrency,
  type AdaptConcurrencyOptions,
  type AdaptiveLimit,
} from '../../src/policy/adapt-concurrency';
import { prompt } from '../../src/request/messages';
import { start, textDelta } from '../../src/testing/index';
import { watch } from '../support/watch';

const question = prompt('question');
const aimd = { algorithm: 'aimd', initial: 4 } as const;

/** The limit after what was done with an instance. */
const limitOf = ({ state$ }: Pick<AdaptiveLimit, 'state$'>): number =>
  watch(state$).values.at(-1)!.limit;

describe('the options of adaptConcurrency', () => {
  it.each<[AdaptConcurrencyOptions, string]>([
    [{ algorithm: 'vegas' as never }, "algorithm must be one of 'gradient2', 'aimd', got vegas"],
    [{ min: 0 }, 'min must be a number of at least 1, got 0'],
    [{ min: 5, max: 4 }, 'max must be a number of at least 5, got 4'],
    [{ initial: 0 }, 'initial must be a number of at least 1 and at most 200, got 0'],
    [{ initial: 9, max: 8 }, 'initial must be a number of at least 1 and at most 8, got 9'],
    [{ queue: 0.5 }, 'queue must be a whole number of at least 0, got 0.5'],
    [{ priority: 1 as never }, 'priority must be a function, got number'],
  ])('refuses %o', (options, message) => {
    expect(() => adaptConcurrency(options)).toThrow(`adaptConcurrency: ${message}`);
  });

  it.each<[AdaptConcurrencyOptions, number]>([
    [{}, 10],
    [{ max: 3 }, 3],
    [{ min: 12 }, 12],
    [{ initial: 7 }, 7],
  ])('%o begins with a limit of %i', (options, limit) => {
    expect(limitOf(adaptConcurrency(options))).toBe(limit);
  });

  it('min and max: are kept', () => {
    const policy = adaptConcurrency<ChatEvent>({ algorithm: 'aimd', min: 3, initial: 3, max: 3 });
    watch(throwError(() => new LlmError('fake', { kind: 'overloaded' })).pipe(policy));
    expect(limitOf(policy)).toBe(3);
    for (let round = 0; round < 5; round += 1) {
      const calls = [1, 2, 3].map(() => new Subject<ChatEvent>());
      const watched = calls.map((call) => watch(call.pipe(policy)));
      for (const call of calls) call.next(textDelta('a'));
      for (const { subscription } of watched) subscription.unsubscribe();
    }
    expect(limitOf(policy)).toBe(3);
  });

  it('queue: bounds those who wait', () => {
    const limit = adaptConcurrency({ initial: 1, queue: 1 });
    const [, second, third] = [1, 2, 3].map(() => watch(NEVER.pipe(limit)));
    expect(second!.end).toBeUndefined();
    expect(third!.end).toMatchObject({ error: { kind: 'queue-full' } });
  });

  it('priority: by the context, or as told', () => {
    const order: unknown[] = [];
    const gate = new Subject<never>();
    const handler: Handler = ({ messages: [message] }) => {
      order.push(message!.content);
      return order.length === 1 ? gate : NEVER;
    };
    const ask = compose(handler, adaptConcurrency({ initial: 1, max: 1 }));
    watch(ask(prompt('first')));
    watch(ask(prompt('usual')));
    watch(ask(prompt('urgent', { context: { priority: 1 } })));
    gate.complete();
    expect(order).toEqual(['first', 'urgent']);
  });

  it('algorithm: gradient2 heeds the time to the first token, aimd does not', () => {
    const after = (algorithm: 'gradient2' | 'aimd'): number => {
      const clock = new VirtualTimeScheduler();
      const policy = adaptConcurrency<string>({ algorithm, initial: 4, scheduler: clock });
      const round = (time: number): void => {
        const calls = Array.from({ length: 8 }, () => new Subject<string>());
        const watched = calls.map((call) => watch(call.pipe(policy)));
        clock.frame += time;
        for (const call of calls) call.next('a');
        for (const { subscription } of watched) subscription.unsubscribe();
      };
      for (let n = 0; n < 3; n += 1) round(100);
      for (let n = 0; n < 6; n += 1) round(1_000);
      return limitOf(policy);
    };
    expect(after('gradient2')).toBeLessThan(7);
    expect(after('aimd')).toBeGreaterThan(8);
  });
});

describe('what adaptConcurrency learns from', () => {
  const setUp = () => {
    const policy = adaptConcurrency<ChatEvent>({ ...aimd, initial: 1 });
    const events = new Subject<ChatEvent>();
    const call = watch(compose(() => events, policy)(question));
    return { policy, events, call };
  };

  it('the first output, once', () => {
    const { policy, events } = setUp();
    events.next(start());
    events.next({ type: 'wait', by: 'queue', ahead: 0 });
    expect(limitOf(policy)).toBe(1);
    events.next(textDelta('a'));
    expect(limitOf(policy)).toBe(2);
    events.next(textDelta('b'));
    events.next({ type: 'retract' });
    events.next(textDelta('c'));
    events.complete();
    expect(limitOf(policy)).toBe(2);
  });

  it('not a call that is left before it, nor one that says nothing', () => {
    const { policy, events, call } = setUp();
    call.subscription.unsubscribe();
    watch(compose(() => events, policy)(question));
    events.complete();
    expect(limitOf(policy)).toBe(1);
  });

  it.each<[LlmErrorKind, number]>([
    ['rate-limited', 3],
    ['overloaded', 3],
    ['timed-out', 3],
    ['server', 4],
    ['network', 4],
    ['invalid-request', 4],
    ['queue-full', 4],
  ])('a %s failure leaves a limit of %i', (kind, limit) => {
    const policy = adaptConcurrency<ChatEvent>(aimd);
    const failing = throwError(() => new LlmError('fake', { kind }));
    watch(failing.pipe(policy));
    expect(limitOf(policy)).toBe(limit);
  });

  it('an overload after output, too', () => {
    const policy = adaptConcurrency<ChatEvent>({ ...aimd, initial: 9, max: 9 });
    const failing = throwError(() => new LlmError('fake', { kind: 'overloaded' }));
    watch(concat(of(textDelta('a')), failing).pipe(policy));
    expect(limitOf(policy)).toBe(8);
  });

  it('lets those in who wait when it has grown', () => {
    const { policy, events } = setUp();
    const second = watch(compose(() => of<ChatEvent>(start()), policy)(question));
    expect(second.values).toEqual([{ type: 'wait', by: 'adaptConcurrency', ahead: 0 }]);
    events.next(textDelta('a'));
    expect(second.end).toBe('complete');
  });
});
