import fc from 'fast-check';
import {
  from,
  Observable,
  of,
  type SchedulerLike,
  Subject,
  Subscription,
  take,
  toArray,
  VirtualTimeScheduler,
} from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { isText, type ChatEvent } from '../../src/event/chat-event';
import { AnswerFold } from '../../src/event/fold';
import {
  finish,
  marbles,
  reasoningDelta,
  retract,
  start,
  textDelta,
  toolCall,
} from '../../src/testing/index';
import { boundaryFinder } from '../../src/internal/boundary';
import { burst } from '../../src/internal/burst';
import { coalesce } from '../../src/view/coalesce';
import { watch } from '../support/watch';

const untouchable: SchedulerLike = {
  now: () => 0,
  schedule: () => {
    throw new Error('an idle stream has no timer');
  },
};

function textOf(events: readonly ChatEvent[]): [string, string] {
  const fold = new AnswerFold();
  let answer: ReturnType<AnswerFold['add']>;
  for (const event of [...events, finish()]) answer = fold.add(event, 0);
  return [answer!.text, answer!.reasoning];
}

describe('coalesce', () => {
  it.each([
    [{ span: -1 }, 'coalesce: span must be a number of at least 0 and at most 2147483647, got -1'],
    [{ span: 2 ** 31 }, 'coalesce: span must be'],
    [{ span: NaN }, 'got NaN'],
    [{ maxLength: 0 }, 'coalesce: maxLength must be a number of at least 1, got 0'],
  ])('refuses %o', (options, message) => {
    expect(() => coalesce(options)).toThrow(RangeError);
    expect(() => coalesce(options)).toThrow(message);
  });

  it('refuses a boundary that it does not know', () => {
    expect(() => coalesce({ boundary: 'line' as never })).toThrow(
      new TypeError("coalesce: boundary must be one of 'word', 'sentence', 'grapheme', got line"),
    );
  });

  it('has no timer while it holds nothing', () => {
    const seen: ChatEvent[] = [];
    const source = new Subject<ChatEvent>();
    source.pipe(coalesce({ scheduler: untouchable })).subscribe((event) => seen.push(event));
    source.next(start());
    source.next(textDelta('first'));
    expect(seen).toEqual([start(), textDelta('first')]);
  });

  it('joins by 50 ms when not told otherwise', () => {
    marbles(({ events, expectEvents }) => {
      expectEvents(events('ab 58ms c|').pipe(coalesce())).toBe('a 49ms b 10ms (c|)');
    });
  });

  it('passes every delta on when the span is 0', () => {
    marbles(({ events, expectEvents }) => {
      expectEvents(events('(abc)(F|)').pipe(coalesce({ span: 0 }))).toBe('(abc)(F|)');
    });
  });

  it('waits no longer than a span when the clock steps back', () => {
    let now = 1_000_000;
    const delays: number[] = [];
    const steppingBack: SchedulerLike = {
      now: () => (now -= 1000),
      schedule: (_work: unknown, delay?: number) => {
        delays.push(delay ?? 0);
        return new Subscription();
      },
    };
    const source = new Subject<ChatEvent>();
    source.pipe(coalesce({ span: 5, scheduler: steppingBack })).subscribe();
    source.next(textDelta('a'));
    source.next(textDelta('b'));
    expect(delays).toEqual([5]);
  });

  it('leaves no timer behind after an error, an end, or an unsubscription', () => {
    marbles(({ events, expectEvents }) => {
      expectEvents(events('ab#').pipe(coalesce({ span: 99 }))).toBe('a-(b#)');
      expectEvents(events('ab|').pipe(coalesce({ span: 99 }))).toBe('a-(b|)');
      expectEvents(events('ab-----').pipe(coalesce({ span: 99 })), '^--!').toBe('a--');
    });
  });

  it('makes no timer for who leaves on hearing of text that other text follows', () => {
    let timers = 0;
    const scheduler: SchedulerLike = {
      now: () => 0,
      schedule: () => {
        timers += 1;
        return new Subscription(() => (timers -= 1));
      },
    };
    const source = new Subject<ChatEvent>();
    source.pipe(coalesce({ scheduler }), take(2)).subscribe();
    for (const event of [textDelta('a'), textDelta('b'), reasoningDelta('c')]) source.next(event);
    expect(timers).toBe(0);
  });

  it('stops an endless synchronous source', () => {
    let produced = 0;
    const endless = new Observable<ChatEvent>((destination) => {
      while (!destination.closed) {
        produced += 1;
        destination.next(toolCall('tool'));
      }
    });
    endless.pipe(coalesce(), take(3)).subscribe();
    expect(produced).toBe(3);
  });

  it('keeps its order when the consumer pushes more from within', () => {
    const source = new Subject<ChatEvent>();
    const seen: string[] = [];
    source.pipe(coalesce({ span: 0 })).subscribe((event) => {
      if (event.type !== 'text-delta') return;
      seen.push(event.text);
      if (event.text === 'a') source.next(textDelta('b'));
    });
    source.next(textDelta('a'));
    expect(seen).toEqual(['a', 'b']);
  });

  it.each<[string, ChatEvent[]]>([
    ['text', [textDelta('late'), finish()]],
    ['the end', [finish()]],
  ])('keeps the type of what it holds when the consumer pushes %s from within', (_, pushed) => {
    const source = new Subject<ChatEvent>();
    const seen: ChatEvent[] = [];
    source.pipe(coalesce({ scheduler: new VirtualTimeScheduler() })).subscribe((event) => {
      seen.push(event);
      if (isText(event) && event.text === 'held') for (const more of pushed) source.next(more);
    });
    const texts = [textDelta('first'), textDelta('held'), reasoningDelta('think')];
    for (const event of texts) source.next(event);
    expect(seen).toEqual([...texts, ...pushed]);
  });

  it('keeps all text in order under any options, and never emits an empty delta', () => {
    const event = fc.oneof(
      { weight: 6, arbitrary: fc.string({ unit: 'grapheme', maxLength: 12 }).map(textDelta) },
      { weight: 2, arbitrary: fc.string({ maxLength: 5 }).map(reasoningDelta) },
      fc.constant(toolCall('tool')),
      fc.constant(retract()),
      fc.constant(start()),
    );
    const options = fc.record(
      {
        span: fc.constantFrom(0, 5, 50),
        maxLength: fc.constantFrom(1, 7, 4096),
        boundary: fc.constantFrom('word' as const, 'sentence' as const, 'grapheme' as const),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), options, (events, chosen) => {
        let seen: ChatEvent[] = [];
        from(events)
          .pipe(coalesce(chosen), toArray())
          .subscribe((all) => (seen = all));
        expect(textOf(seen)).toEqual(textOf(events));
        expect(seen.filter((e) => e.type === 'text-delta' && e.text === '')).toEqual([]);
        const others = (list: readonly ChatEvent[]): ChatEvent[] =>
          list.filter(({ type }) => !type.endsWith('-delta'));
        expect(others(seen)).toEqual(others(events));
      }),
    );
  });

  it('splits no surrogate pair and no family at grapheme boundaries', () => {
    const family = '👨‍👩‍👧‍👦';
    const pieces = [...(family + 'é' + family)].flatMap((c) => c.split('')).map(textDelta);
    const seen: string[] = [];
    of(...pieces)
      .pipe(coalesce({ span: 0, boundary: 'grapheme' }))
      .subscribe((e) => e.type === 'text-delta' && seen.push(e.text));
    expect(seen.join('')).toBe(family + 'é' + family);
    const graphemes = new Intl.Segmenter().segment(seen.join(''));
    expect(seen).toEqual([...graphemes].map(({ segment }) => segment));
  });

  it('passes on the first boundary at once, and no more until a span later', () => {
    const clock = new VirtualTimeScheduler();
    const seen: [number, string][] = [];
    const source = new Subject<ChatEvent>();
    source
      .pipe(coalesce({ span: 100, boundary: 'word', scheduler: clock }))
      .subscribe((event) => isText(event) && seen.push([clock.now(), event.text]));
    for (const [at, text] of [
      [0, 'Hel'],
      [5, 'lo wor'],
      [10, 'ld '],
      [110, 'again '],
      [300, 'and'],
      [301, ' on '],
    ] as const) {
      clock.schedule(() => {
        source.next(textDelta(text));
      }, at);
    }
    clock.flush();
    expect(seen).toEqual([
      [5, 'Hello '],
      [105, 'world '],
      [205, 'again '],
      [305, 'and on '],
    ]);
  });

  it('does not look again and again for a boundary that does not come', () => {
    const looked = vi.spyOn(Intl.Segmenter.prototype, 'segment');
    const clock = new VirtualTimeScheduler();
    of(...Array.from({ length: 1000 }, () => textDelta('{"a":')))
      .pipe(coalesce({ boundary: 'sentence', maxLength: 1e6, scheduler: clock }))
      .subscribe();
    expect(looked.mock.calls.length).toBeLessThan(100);
    looked.mockRestore();
  });

  it('ends at a boundary what has grown too long, if that leaves little enough', () => {
    const pass = (...texts: string[]): string[] => {
      const seen: string[] = [];
      of(...texts.map(textDelta))
        .pipe(coalesce({ span: 9999, maxLength: 4, boundary: 'grapheme' }))
        .subscribe((event) => isText(event) && seen.push(event.text));
      return seen;
    };
    expect(pass('abc\ud83d', '\ude00')).toEqual(['ab', 'c😀']);
    expect(pass('a\u0301\u0301\u0301\u0301', 'b')).toEqual(['a\u0301\u0301\u0301\u0301', 'b']);
    expect(pass('ba\u0301\u0301\u0301')).toEqual(['ba\u0301\u0301\u0301']);
  });

  it.each([
    ['none for what has gone on', [textDelta('a'), textDelta('b'), finish()], 0],
    ['one', [textDelta('a'), textDelta('b'), reasoningDelta('c'), start(), textDelta('d')], 1],
  ])('sets %s of the timers for what comes at once', (_, events, timers) => {
    let set = 0;
    const scheduler: SchedulerLike = {
      now: () => 0,
      schedule: () => {
        set += 1;
        return new Subscription();
      },
    };
    const source = new Subject<ChatEvent>();
    source.pipe(coalesce({ scheduler })).subscribe();
    burst(() => {
      for (const event of events) source.next(event);
    });
    expect(set).toBe(timers);
  });

  it('tells what it holds before it fails with a clock that can set no timer', () => {
    const source = new Subject<ChatEvent>();
    const watched = watch(source.pipe(coalesce({ scheduler: untouchable })));
    burst(() => {
      for (const text of ['a', 'b', 'c']) source.next(textDelta(text));
    });
    expect(watched.values).toEqual([textDelta('a'), textDelta('bc')]);
    expect(watched.end).toEqual({ error: new Error('an idle stream has no timer') });
  });
});

describe('boundaryFinder', () => {
  it.each([
    ['word', '', 0],
    ['word', 'Hel', 0],
    ['word', 'Hello ', 6],
    ['word', 'Hello wor', 6],
    ['word', 'It costs 3.', 9],
    ['word', "I don't", 2],
    ['word', 'a\n', 2],
    ['word', '你好世', 2],
    ['sentence', 'One. Two', 5],
    ['sentence', 'One.', 0],
    ['sentence', 'It costs approx. $5', 0],
    ['sentence', 'It costs approx. $5 M', 17],
    ['sentence', 'One. It costs approx. $5', 5],
    ['sentence', 'One. 2. 3', 5],
    ['sentence', 'One\n2\n3', 4],
    ['grapheme', 'ab', 1],
    ['grapheme', 'a', 0],
    ['grapheme', 'a\u0301b', 2],
  ] as const)('a %s of %j surely ends at %i', (boundary, text, length) => {
    expect(boundaryFinder(boundary)(text)).toBe(length);
  });

  it.each(['sentence', 'grapheme'] as const)(
    'a sure end of a %s is one whatever follows',
    (kind) => {
      const piece = fc.constantFrom(...'aB .!1,"\r\n\u0301\u200d👩🇩語ⓐ$'.split(/(?:)/u));
      const text = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''));
      const segmenter = new Intl.Segmenter(undefined, { granularity: kind });
      fc.assert(
        fc.property(text, text, (known, rest) => {
          const ends = [...segmenter.segment(known + rest)].map(({ index }) => index);
          expect([0, ...ends]).toContain(boundaryFinder(kind)(known));
        }),
        { numRuns: 1000 },
      );
    },
  );
});
