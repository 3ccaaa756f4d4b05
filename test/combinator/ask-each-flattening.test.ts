import { concatMap, exhaustMap, map, mergeMap, switchMap } from 'rxjs';
import { describe, it } from 'vitest';
import { compose } from '../../src/handler';
import { limitConcurrency } from '../../src/policy/limit-concurrency';
import { retryBackoff } from '../../src/policy/retry-backoff';
import { prompt } from '../../src/request/messages';
import { fakeHandler, marbles, type MarbleTools, overloadedError } from '../../src/testing/index';

/** Requests that come in over time. */
const requests = ({ hot }: MarbleTools, diagram: string) =>
  hot(diagram).pipe(map((text) => prompt(text)));

// A handler is a projection, so RxJS's own operators are ways to schedule requests.
describe('a handler in', () => {
  it('mergeMap runs them side by side', () => {
    marbles((tools) => {
      const ask = fakeHandler('S-a-F|', 'S-b-F|');
      tools.expectEvents(requests(tools, 'x-----y').pipe(mergeMap(ask))).toBe('S-a-F-S-b-F');
      const both = fakeHandler('S-a----F|', '-S-b-F|');
      tools.expectEvents(requests(tools, 'x-y').pipe(mergeMap(both))).toBe('S-aS-b-(FF)');
    });
  });

  it('mergeMap runs as many at once as it says', () => {
    marbles((tools) => {
      const ask = fakeHandler('S-a-F|', 'S-b-F|', 'S-c-F|');
      tools
        .expectEvents(requests(tools, 'x-y-z').pipe(mergeMap(ask, 1)))
        .toBe('                 S-a-FS-b-FS-c-F');
      tools
        .expectSubscriptions(ask.subscriptions)
        .toBe(['^----!', '-----^----!', '----------^----!']);
    });
  });

  it('concatMap asks one after the other', () => {
    marbles((tools) => {
      const ask = fakeHandler('S-a-F|', 'S-b-F|');
      tools.expectEvents(requests(tools, 'x-y').pipe(concatMap(ask))).toBe('S-a-FS-b-F');
      tools.expectSubscriptions(ask.subscriptions).toBe(['^----!', '-----^----!']);
    });
  });

  it('switchMap lets the newest win, and aborts the older one', () => {
    marbles((tools) => {
      const ask = fakeHandler('S-a-F|', 'S-b-F|');
      tools.expectEvents(requests(tools, 'x--y').pipe(switchMap(ask))).toBe('S-aS-b-F');
      tools.expectSubscriptions(ask.subscriptions).toBe(['^--!', '---^----!']);
    });
  });

  it('exhaustMap lets the first finish, and asks no other meanwhile', () => {
    marbles((tools) => {
      const ask = fakeHandler('S-a-F|', 'S-b-F|');
      tools.expectEvents(requests(tools, 'x-y---z').pipe(exhaustMap(ask))).toBe('S-a-F-S-b-F');
      tools.expectSubscriptions(ask.subscriptions).toBe(['^----!', '------^----!']);
    });
  });

  it('mergeMap ends all with the first failure: what askEach is there for', () => {
    marbles((tools) => {
      const ask = fakeHandler('S-a----F|', '--#');
      tools.expectEvents(requests(tools, 'xy').pipe(mergeMap(ask))).toBe('S-a#');
      tools.expectSubscriptions(ask.subscriptions).toBe(['^--!', '-^-!']);
    });
  });

  it('switchMap frees the place, the wait and the backoff of what it aborts', () => {
    marbles((tools) => {
      const limit = limitConcurrency({ max: 1, queue: 0 });
      const provider = fakeHandler('--#', 'S-b-F|', 'S-c-F|');
      const ask = compose(provider, limit, retryBackoff({ throttledBase: 20, random: () => 1 }));
      const error = { r: { type: 'retry', attempt: 2, delay: 20, error: overloadedError() } };
      tools
        .expectEvents(requests(tools, 'x---y-z').pipe(switchMap(ask)))
        .toBe('--r-S-S-c-F', error);
      tools.expectSubscriptions(provider.subscriptions).toBe(['^-!', '----^-!', '------^----!']);
    });
  });
});
