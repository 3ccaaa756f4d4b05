import { type Observable, of } from 'rxjs';
import { describe, expectTypeOf, it } from 'vitest';
import { hedge } from '../../src/combinator/hedge';
import { compose, type Handler } from '../../src/handler';
import { retryBackoff } from '../../src/policy/retry-backoff';
import type { RetryAllowance } from '../../src/policy/state/retry-allowance';
import { RetryBudget } from '../../src/policy/state/retry-budget';

declare const chat: Handler;
declare const embed: Handler<string, number[]>;
declare const own: RetryAllowance;

describe('hedge', () => {
  it('is a handler of what its members are', () => {
    expectTypeOf(hedge({ a: chat, b: compose(chat, retryBackoff()) })).toEqualTypeOf<Handler>();
    expectTypeOf(hedge({ embed })('a')).toEqualTypeOf<Observable<number[]>>();
    // @ts-expect-error -- the members answer different requests
    hedge({ chat, embed });
  });

  it('takes a delay and a budget in all their forms, and undefined for each', () => {
    hedge({ chat }, { delay: undefined, budget: undefined, scheduler: undefined });
    hedge({ chat }, { delay: of(5), budget: new RetryBudget() });
    hedge({ chat }, { delay: { percentile: 0.9, initial: undefined }, budget: own });
    // @ts-expect-error -- an initial value of what?
    hedge({ chat }, { delay: { initial: 5 } });
    // @ts-expect-error -- no allowance
    hedge({ chat }, { budget: {} });
  });
});
