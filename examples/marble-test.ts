import { compose, prompt, retryBackoff, textSoFar } from 'rxllm';
import { fakeHandler, marbles, overloadedError } from 'rxllm/testing';

// A whole pipeline in virtual time: the backoff of a second takes no time at all. In a test
// runner this is the body of a test.
marbles(({ expectEvents, expectObservable }) => {
  // One character, one millisecond: S is the start, a text, # an error, F the finish.
  const flaky = () => fakeHandler('--S-a#', '--S-bF|');
  // An overloaded server, as this error says, is given more time to recover than others.
  const retry = retryBackoff({ throttledBase: 1000, random: () => 1 });

  // R takes back what was said; what stands in brackets comes at once.
  const events$ = compose(flaky(), retry)(prompt('?'));
  expectEvents(events$).toBe('  --S-a(Rr) 996ms --S-bF|', {
    r: { type: 'retry', attempt: 2, delay: 1000, error: overloadedError() },
  });
  console.log('the events are as drawn');

  const text$ = compose(flaky(), retry)(prompt('?')).pipe(textSoFar());
  expectObservable(text$).toBe('----x0 1003ms       y-|', { x: 'a', 0: '', y: 'b' });
});

console.log('and the screen never shows two answers mixed');
