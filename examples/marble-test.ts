import { compose, prompt, retryBackoff, textSoFar } from 'rxllm';
import { fakeHandler, marbles, overloadedError } from 'rxllm/testing';

// A whole pipeline in virtual time: the backoff of a second takes no time at all. In a test
// runner this is the body of a test.
marbles(({ expectEvents, expectObservable }) => {
  const flaky = fakeHandler('--S-a#', '--S-bF|');
  const ask = compose(flaky, retryBackoff({ base: 500, random: () => 1 }));

  // One letter, one millisecond: 'a' is text, S start, F finish, R retract.
  expectEvents(ask(prompt('?'))).toBe('  --S-a(Rr) 997ms --S-bF|', {
    r: { type: 'retry', attempt: 2, delay: 1000, error: overloadedError() },
  });
  console.log('the events are as drawn');

  const screen = compose(fakeHandler('--S-a#', '--S-bF|'), retryBackoff({ random: () => 1 }));
  const text$ = screen(prompt('?')).pipe(textSoFar());
  expectObservable(text$).toBe('               ----x0   1004ms  y-|', { x: 'a', 0: '', y: 'b' });
});

console.log('and the screen never shows two answers mixed');
