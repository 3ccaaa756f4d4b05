import { isDeepStrictEqual } from 'node:util';
import { NEVER, interval, of, share, take, tap, throwError, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { LlmError } from '../../src/error/llm-error';
import { answerEvents, finish, overloadedError, start, textDelta } from '../../src/testing/events';
import { marbles, type MarbleTools } from '../../src/testing/marbles';

describe('marbles', () => {
  it('passes when a stream does what its diagram says', () => {
    marbles(({ events, expectEvents, expectSubscriptions }) => {
      const source = events('S-a-b-(F|)');
      expectEvents(source).toBe('S-a-b-(F|)');
      expectSubscriptions(source.subscriptions).toBe('^-----!');
    });
  });

  it('knows the letters of chat events, and `#` as an overloaded server', () => {
    marbles(({ events, expectObservable }) => {
      expectObservable(events('S-a-F-#')).toBe(
        '0-1-2-#',
        { 0: start(), 1: textDelta('a'), 2: finish() },
        overloadedError(),
      );
    });
  });

  it('lets values go before the letters', () => {
    marbles(({ events, expectObservable, expectEvents }) => {
      const x = textDelta('Hello');
      expectObservable(events('x|', { x })).toBe('x|', { x });
      expectEvents(of(x)).toBe('(x|)', { x });
    });
  });

  it('leaves letters of plain streams as they are', () => {
    marbles(({ cold, hot, expectObservable }) => {
      expectObservable(cold('a-b|')).toBe('a-b|');
      expectObservable(hot('--b|', { b: 7 })).toBe('--x|', { x: 7 });
    });
  });

  it('makes the timers of RxJS virtual, and measures time', () => {
    marbles(({ expectObservable, time }) => {
      expect(time(' 2s --|')).toBe(2002);
      expectObservable(timer(time('60s |'))).toBe('60s (x|)', { x: 0 });
    });
  });

  it('subscribes and leaves as a diagram says', () => {
    marbles(({ events, expectEvents, expectSubscriptions }) => {
      const source = events('a-b-c-|');
      expectEvents(source, '--^--!').toBe('--a-b');
      expectSubscriptions(source.subscriptions).toBe(['--^--!']);
    });
  });

  it('lets a test look at things in between', () => {
    const seen: unknown[] = [];
    marbles(({ events, expectEvents, flush }) => {
      expectEvents(events('--a|').pipe(tap((event) => seen.push(event)))).toBe('--a|');
      flush();
      expect(seen).toEqual([textDelta('a')]);
    });
  });
});

const asynchronous: (tools: MarbleTools) => unknown = async ({ events, expectEvents }) => {
  expectEvents(events('a|')).toBe('a|');
  await Promise.reject(new Error('not reported a second time'));
};

/** Starts a timer that nobody cancels. */
const leakTimer = (delay: number): void => {
  timer(delay).subscribe();
};

describe('marbles refuses', () => {
  it.each<[string, () => void, string]>([
    [
      'a different value',
      () =>
        marbles(({ events, expectEvents }) => {
          expectEvents(events('a|')).toBe('b|');
        }),
      'the streams differ',
    ],
    [
      'a different time',
      () =>
        marbles(({ events, expectEvents }) => {
          expectEvents(events('-a|')).toBe('a-|');
        }),
      'the streams differ',
    ],
    [
      'an error of another kind',
      () =>
        marbles(({ expectEvents }) => {
          const error = new LlmError('fake: the server is overloaded; it may be asked again', {
            kind: 'network',
            provider: 'fake',
          });
          expectEvents(throwError(() => error)).toBe('#');
        }),
      'the streams differ',
    ],
    [
      'another subscription',
      () =>
        marbles(({ events, expectEvents, expectSubscriptions }) => {
          const source = events('a-|');
          expectEvents(source).toBe('a-|');
          expectSubscriptions(source.subscriptions).toBe('^-');
        }),
      'the subscriptions differ',
    ],
    [
      'a body without an expectation',
      () =>
        marbles(({ events }) => {
          events('a|').subscribe();
        }),
      'expects nothing',
    ],
    [
      'an expectation without toBe',
      () =>
        marbles(({ events, expectEvents, expectSubscriptions }) => {
          const source = events('a|');
          expectEvents(source).toBe('a|');
          expectSubscriptions(source.subscriptions);
        }),
      '1 of 2 expectations',
    ],
    [
      'a second toBe, which would hide the first',
      () =>
        marbles(({ events, expectEvents }) => {
          const expectation = expectEvents(events('a|'));
          expectation.toBe('wrong');
          expectation.toBe('a|');
        }),
      'says it once',
    ],
    [
      'an expectation without toBe that is made while time passes',
      () =>
        marbles(({ events, expectEvents }) => {
          expectEvents(events('a|').pipe(tap(() => expectEvents(NEVER)))).toBe('a|');
        }),
      '1 of 2 expectations',
    ],
    ['an asynchronous body', () => marbles(asynchronous), 'must not be async'],
    [
      'a body that returns something',
      () => {
        const body: () => unknown = () => 7;
        marbles(body);
      },
      'must return nothing',
    ],
    [
      'a marbles() inside another one',
      () =>
        marbles(({ events, expectEvents }) => {
          expectEvents(events('a|')).toBe('a|');
          marbles(() => undefined);
        }),
      'inside another one',
    ],
    [
      'a letter without a meaning',
      () =>
        marbles(({ events }) => {
          void events('-1|');
        }),
      `'1' stands for nothing`,
    ],
    [
      'a time without spaces around it',
      () =>
        marbles(({ events }) => {
          void events('a-5ms-b|');
        }),
      `a time needs a space before and after it: 'a 5ms b'`,
    ],
    [
      'a time that would count its letters',
      () =>
        marbles(({ time }) => {
          time('60s|');
        }),
      `time('60s|') counts '6' as 1 ms: a time needs a space before and after it`,
    ],
    [
      'a time without an end',
      () =>
        marbles(({ time }) => {
          time('---');
        }),
      `time('---') has no '|'`,
    ],
    [
      'a timer that repeats for ever',
      () =>
        marbles(({ expectObservable }) => {
          expectObservable(interval(1)).toBe('-');
        }),
      'does one repeat for ever',
    ],
  ])('%s', (_, run, message) => {
    expect(run).toThrow(message);
  });

  it('does not hide what the body throws', () => {
    const thrown = new Error('from the body');
    expect(() => {
      marbles(() => {
        throw thrown;
      });
    }).toThrow(thrown);
  });

  it('works again after a failure', () => {
    expect(() => {
      marbles(() => undefined);
    }).toThrow('expects nothing');
    marbles(({ events, expectEvents }) => {
      expectEvents(events('a|')).toBe('a|');
    });
  });
});

describe('a timer that is left behind', () => {
  it('is refused after the stream has completed', () => {
    expect(() => {
      marbles(({ events, expectEvents }) => {
        const leaky = events('a|').pipe(tap(() => leakTimer(50)));
        expectEvents(leaky).toBe('a|');
      });
    }).toThrow('a timer was still running at 50 ms');
  });

  it('is refused after the caller has left', () => {
    expect(() => {
      marbles(({ expectEvents }) => {
        const leaky = NEVER.pipe(tap({ unsubscribe: () => leakTimer(7) }));
        expectEvents(leaky, '^--!').toBe('');
      });
    }).toThrow('at 10 ms');
  });

  it('is refused as such when it repeats for ever', () => {
    expect(() => {
      marbles(({ events, expectEvents }) => {
        const leaky = events('a|').pipe(tap(() => interval(50).subscribe()));
        expectEvents(leaky).toBe('a|');
      });
    }).toThrow('a timer was still running at 50 ms');
  });

  it('is none when it is due at once', () => {
    marbles(({ events, expectEvents }) => {
      expectEvents(events('-|').pipe(tap({ complete: () => leakTimer(0) }))).toBe('-|');
    });
  });

  it('is none while another expected stream goes on', () => {
    marbles(({ expectObservable, expectEvents }) => {
      expectEvents(of(...answerEvents('a')).pipe(take(0))).toBe('|');
      expectObservable(timer(9)).toBe('---------(x|)', { x: 0 });
    });
  });

  it('is none of the diagrams themselves, nor of a call that someone else still follows', () => {
    marbles(({ hot, events, expectEvents, expectObservable }) => {
      expectObservable(hot('a-b-c-d-|').pipe(take(1))).toBe('(a|)');
      const shared = events('a-----b|').pipe(share());
      shared.subscribe();
      expectEvents(shared, '^-!').toBe('');
    });
  });
});

describe('assertDeepEqual', () => {
  it('may say that values differ, in place of throwing', () => {
    expect(() => {
      marbles(
        ({ events, expectEvents }) => {
          expectEvents(events('a|')).toBe('b|');
        },
        { assertDeepEqual: isDeepStrictEqual },
      );
    }).toThrow('the streams differ');
  });

  it('compares in place of the built-in comparison', () => {
    const compared: unknown[][] = [];
    const options = { assertDeepEqual: (...pair: unknown[]) => compared.push(pair) };
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-a');
      expectObservable(source, '^-!').toBe('b');
      expectSubscriptions(source.subscriptions).toBe('^-!');
    }, options);
    const moment = (frame: number, value: string): unknown => ({
      frame,
      notification: expect.objectContaining({ kind: 'N', value }) as unknown,
    });
    expect(compared).toEqual([
      [[moment(1, 'a')], [moment(0, 'b')]],
      [
        [{ subscribedFrame: 0, unsubscribedFrame: 2 }],
        [{ subscribedFrame: 0, unsubscribedFrame: 2 }],
      ],
    ]);
  });
});
