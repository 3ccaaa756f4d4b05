import {
  concat,
  Observable,
  of,
  queueScheduler,
  Subject,
  Subscription,
  tap,
  VirtualTimeScheduler,
} from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import type { ChatEvent } from '../../src/event/chat-event';
import { compose, type Handler } from '../../src/handler';
import { admission } from '../../src/policy/admission';
import { cache } from '../../src/policy/cache';
import { deadlines } from '../../src/policy/deadlines';
import { retryBackoff } from '../../src/policy/retry-backoff';
import { openai } from '../../src/provider/openai/index';
import { prompt } from '../../src/request/messages';
import { standard } from '../../src/standard';
import type { Transport } from '../../src/transport/transport';
import { coalesce } from '../../src/view/coalesce';
import { watch } from '../support/watch';

const words = Array.from({ length: 40 }, (_, at) => ` word${String(at)}`);

const frames = [
  ...words.map((content) => ({ choices: [{ index: 0, delta: { content } }] })),
  { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
].map((chunk) => `data: ${JSON.stringify({ id: 'chatcmpl-1', model: 'm', ...chunk })}\n\n`);

/** Sends the answer in pieces of so many frames, and completes; when that is asked for, if it is. */
const inPieces =
  (size: number, start?: Observable<unknown>): Transport =>
  () =>
    new Observable((subscriber) => {
      const pour = (): void => {
        const all = [...frames, 'data: [DONE]\n\n'];
        for (let at = 0; at < all.length && !subscriber.closed; at += size) {
          subscriber.next(new TextEncoder().encode(all.slice(at, at + size).join('')));
        }
        subscriber.complete();
      };
      subscriber.next({ status: 200, headers: {}, receivedAt: 0 });
      if (start) subscriber.add(start.subscribe(pour));
      else pour();
    });

const provider = (size: number, start?: Observable<unknown>): Handler =>
  openai({ model: 'm', apiKey: 'key', transport: inPieces(size, start) });

const pipeline = (size: number, start?: Observable<unknown>) =>
  standard(
    { model: provider(size, start) },
    { limitRate: { requests: 1000 }, admission: { maxInFlight: 9 }, cache: {} },
  );

describe('an answer that comes in one piece', () => {
  it('has the same events as one that comes frame by frame', () => {
    const question = prompt('?');
    const [apart, together] = [1, 100].map((size) => watch(pipeline(size)(question)));
    expect(together!.end).toBe('complete');
    expect(together!.values).toEqual(apart!.values);
    const texts = together!.values.flatMap((event) => ('text' in event ? [event.text] : []));
    expect(texts).toEqual(words);
    const joined = watch(pipeline(100)(question).pipe(coalesce({ span: 0 })));
    expect(joined.values).toEqual(apart!.values);
  });

  it('says nothing more to who leaves in the middle of it', () => {
    const start = new Subject<void>();
    const seen: ChatEvent[] = [];
    const subscription = pipeline(
      100,
      start,
    )(prompt('?')).subscribe((event) => {
      seen.push(event);
      if ('text' in event && event.text === words[9]) subscription.unsubscribe();
    });
    start.next();
    expect(seen.filter(({ type }) => type === 'text-delta')).toHaveLength(10);
  });

  it.each([
    ['its first piece', words[0], [cache()], undefined],
    ['a piece', words[9], [cache()], undefined],
    ['a piece, to a view', words[9], [cache()], coalesce({ span: 0 })],
    ['a piece, to a view before all else', words[9], [], coalesce({ span: 0 })],
  ])('says nothing more once %s has had it aborted, also where that is retried', (...given) => {
    const [, word, outer, view = (source: Observable<ChatEvent>) => source] = given;
    const start = new Subject<void>();
    const door = admission({ maxInFlight: 1, scheduler: queueScheduler });
    const retry = retryBackoff({ retryOn: () => true });
    const seen: ChatEvent[] = [];
    const late: ChatEvent[] = [];
    const ask = compose(provider(100, start), door, retry, ...outer);
    const subscription = ask(prompt('?'))
      .pipe(view)
      .subscribe((event) => {
        seen.push(event);
        if ('text' in event && event.text === word) door.drain({ timeout: 0 }).subscribe();
      });
    start.next();
    // What is kept of the call has none of it, either.
    if (outer.length > 0) subscription.add(ask(prompt('?')).subscribe((event) => late.push(event)));
    subscription.unsubscribe();
    const texts = seen.flatMap((event) => ('text' in event ? [event.text] : []));
    expect(texts).toEqual(words.slice(0, words.indexOf(word!) + 1));
    expect(seen.map(({ type }) => type).slice(-2)).toEqual(['retract', 'retry']);
    expect(late.filter(({ type }) => type !== 'cache')).toEqual([]);
  });

  it('is no whole one where its bytes end while a piece is told', () => {
    const bytes = new Subject<Uint8Array>();
    const transport: Transport = () =>
      concat(of({ status: 200, headers: {}, receivedAt: 0 }), bytes);
    const ask = openai({ model: 'm', apiKey: 'key', transport });
    const watched = watch(
      ask(prompt('?')).pipe(
        tap((event) => {
          if ('text' in event && event.text === words[9]) bytes.complete();
        }),
      ),
    );
    bytes.next(new TextEncoder().encode(frames.join('')));
    expect(watched.end).toMatchObject({ error: { kind: 'truncated' } });
    expect(watched.values.at(-1)).toEqual({ type: 'text-delta', text: words[8] });
  });

  it('says nothing more to who has given it up, where it goes on for another reader', () => {
    const start = new Subject<void>();
    const shared = compose(provider(100, start), cache());
    const door = admission({ maxInFlight: 1, scheduler: queueScheduler });
    const ask = compose(shared, door, retryBackoff({ retryOn: () => true }));
    const seen: ChatEvent[] = [];
    const subscription = ask(prompt('?')).subscribe((event) => {
      seen.push(event);
      if ('text' in event && event.text === words[9]) door.drain({ timeout: 0 }).subscribe();
    });
    const other = watch(shared(prompt('?')));
    start.next();
    subscription.unsubscribe();
    expect(seen.map(({ type }) => type).slice(-3)).toEqual(['text-delta', 'retract', 'retry']);
    expect(seen.filter(({ type }) => type === 'text-delta')).toHaveLength(10);
    expect(other.values.filter(({ type }) => type === 'text-delta')).toHaveLength(words.length);
  });

  it('is told whole to the others where one who reads it throws', () => {
    vi.useFakeTimers();
    const start = new Subject<void>();
    const ask = compose(provider(100, start), cache());
    // What it is subscribed with throws by itself: RxJS would catch what an observer throws.
    new Observable<ChatEvent>((reader) => {
      reader.next = (event) => {
        if ('text' in event && event.text === words[3]) throw new Error('reader');
      };
      return ask(prompt('?')).subscribe(reader);
    }).subscribe();
    const other = watch(ask(prompt('?')));
    start.next();
    expect(() => vi.runAllTimers()).toThrow('reader');
    vi.useRealTimers();
    expect(other.end).toBe('complete');
    expect(other.values.filter(({ type }) => type === 'text-delta')).toHaveLength(words.length);
  });

  it('is told whole to all who read it, whoever comes or leaves in the middle of it', () => {
    const start = new Subject<void>();
    const ask = compose(provider(100, start), deadlines({ idle: 1000 }), cache());
    const reader = (onText: (text: string) => void) => {
      const read: { texts: string[]; frozen: boolean; subscription: Subscription } = {
        texts: [],
        frozen: true,
        subscription: new Subscription(),
      };
      read.subscription.add(
        ask(prompt('?')).subscribe((event) => {
          read.frozen &&= Object.isFrozen(event);
          if (!('text' in event)) return;
          read.texts.push(event.text);
          onText(event.text);
        }),
      );
      return read;
    };
    const late: ReturnType<typeof reader>[] = [];
    const first = reader((text) => {
      if (text === words[9]) late.push(reader(() => undefined));
      if (text === words[20]) leaving.subscription.unsubscribe();
    });
    const joined = reader(() => undefined);
    const leaving = reader(() => undefined);
    start.next();
    for (const read of [first, joined, ...late]) {
      expect(read.texts).toEqual(words);
      expect(read.frozen).toBe(true);
    }
    expect(late).toHaveLength(1);
    expect(leaving.texts.length).toBeLessThan(words.length);
    expect(leaving.texts).toEqual(words.slice(0, leaving.texts.length));
  });

  const inOne =
    (...texts: readonly string[]): Transport =>
    () =>
      of({ status: 200, headers: {}, receivedAt: 0 }, new TextEncoder().encode(texts.join('')));
  const told = (transport: Transport, context = {}) => {
    const ask = openai({ model: 'm', apiKey: 'key', transport });
    const { values, end } = watch(ask({ ...prompt('?'), context }));
    return { said: values.map((event) => ('text' in event ? event.text : event.type)), end };
  };

  it('is kept as it was said, however long one of its pieces is', () => {
    const long = 'x'.repeat(70_000);
    const frame = `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: long } }] })}\n\n`;
    const transport = inOne(...frames.slice(0, 2), frame, ...frames.slice(2), 'data: [DONE]\n\n');
    const ask = compose(openai({ model: 'm', apiKey: 'key', transport }), cache());
    const [live, kept] = [watch(ask(prompt('?'))), watch(ask(prompt('?')))];
    expect(kept.values[0]).toMatchObject({ type: 'cache', status: 'hit' });
    expect(kept.values.slice(1)).toEqual(live.values);
    const texts = live.values.flatMap((event) => ('text' in event ? [event.text] : []));
    expect(texts).toEqual([...words.slice(0, 2), long, ...words.slice(2)]);
    // What is held is nobody's to change.
    expect(live.values.filter((event) => 'text' in event && event.text === long)).toSatisfy(
      ([event]) => Object.isFrozen(event),
    );
  });

  it('has said all that came before an error', () => {
    const failed = 'data: {"error":{"message":"no","code":"server_error"}}\n\n';
    const { said, end } = told(inOne(...frames.slice(0, 4), failed));
    expect(said).toEqual(['start', ...words.slice(0, 4)]);
    expect(end).toMatchObject({ error: { kind: 'server' } });
  });

  it('has said all of a last frame that was cut from its end mark', () => {
    const delta = { reasoning_content: 'so', content: ' yes' };
    const last = `data: ${JSON.stringify({ choices: [{ index: 0, delta }] })}`;
    const { said, end } = told(inOne(...frames.slice(0, 2), last));
    expect(said).toEqual(['start', ...words.slice(0, 2), 'so', ' yes']);
    expect(end).toMatchObject({ error: { kind: 'truncated' } });
  });

  it('keeps the signs of life in their places', () => {
    const alive = ': alive\n\n';
    const transport = inOne(...frames.slice(0, 3), alive, ...frames.slice(3, 5));
    const { said } = told(transport, { keepAlives: true });
    expect(said).toEqual([
      ...['keep-alive', 'start', ...words.slice(0, 3)],
      ...['keep-alive', ...words.slice(3, 5)],
    ]);
  });

  it('is alive with each piece of bytes, also when they hold nothing but text', () => {
    const clock = new VirtualTimeScheduler();
    const slowly: Transport = () =>
      new Observable((subscriber) => {
        subscriber.next({ status: 200, headers: {}, receivedAt: 0 });
        for (const [at, frame] of frames.entries()) {
          const bytes = new TextEncoder().encode(frame);
          subscriber.add(clock.schedule(() => subscriber.next(bytes), at * 8));
        }
      });
    const ask = compose(
      openai({ model: 'm', apiKey: 'key', transport: slowly }),
      deadlines({ idle: 10, scheduler: clock }),
    );
    const watched = watch(ask(prompt('?')));
    clock.flush();
    expect(watched.values.filter(({ type }) => type === 'text-delta')).toHaveLength(40);
    // Ten more after the last frame, which says the reason but not the end.
    expect(watched.end).toMatchObject({ error: { code: 'idle' } });
    expect(clock.now()).toBe(40 * 8 + 10);
  });

  it.each([
    [100, 0],
    [42, 0],
    // The last words of a piece wait for those of the next one, which are there at once.
    [30, 1],
  ])('in pieces of %i frames, needs %i timers for its view', (size, timers) => {
    const clock = new VirtualTimeScheduler();
    const schedule = vi.spyOn(clock, 'schedule');
    const answer = provider(size)(prompt('?')).pipe(coalesce({ span: 50, scheduler: clock }));
    const watched = watch(answer);
    expect(watched.end).toBe('complete');
    expect(schedule).toHaveBeenCalledTimes(timers);
    const texts = watched.values.flatMap((event) => ('text' in event ? [event.text] : []));
    expect(texts).toEqual([words[0], words.slice(1).join('')]);
    expect(clock.actions).toEqual([]);
  });

  it('shows what it ends with in the middle of the text when the span is over', () => {
    const clock = new VirtualTimeScheduler();
    const half: Transport = () =>
      new Observable((subscriber) => {
        subscriber.next({ status: 200, headers: {}, receivedAt: 0 });
        subscriber.next(new TextEncoder().encode(frames.slice(0, 20).join('')));
      });
    const ask = openai({ model: 'm', apiKey: 'key', transport: half });
    const shown: (readonly [number, string])[] = [];
    ask(prompt('?'))
      .pipe(coalesce({ span: 50, scheduler: clock }))
      .subscribe((event) => {
        if ('text' in event) shown.push([clock.now(), event.text]);
      });
    clock.flush();
    expect(shown).toEqual([
      [0, words[0]],
      [50, words.slice(1, 20).join('')],
    ]);
  });

  it('has one timer for its view, however often that has begun to wait', () => {
    const clock = new VirtualTimeScheduler();
    const reasoning = { choices: [{ index: 0, delta: { reasoning_content: 'so' } }] };
    const turns = [frames[0], frames[1], `data: ${JSON.stringify(reasoning)}\n\n`, frames[2]];
    const open: Transport = () =>
      new Observable((subscriber) => {
        subscriber.next({ status: 200, headers: {}, receivedAt: 0 });
        subscriber.next(new TextEncoder().encode(turns.join('')));
      });
    const ask = openai({ model: 'm', apiKey: 'key', transport: open });
    const schedule = vi.spyOn(clock, 'schedule');
    watch(ask(prompt('?')).pipe(coalesce({ span: 50, scheduler: clock })));
    expect(schedule).toHaveBeenCalledTimes(1);
  });

  it('shows at its end what has waited for long enough meanwhile', () => {
    const clock = new VirtualTimeScheduler();
    const schedule = vi.spyOn(clock, 'schedule');
    const bytes = new Subject<Uint8Array>();
    const open: Transport = () => concat(of({ status: 200, headers: {}, receivedAt: 0 }), bytes);
    const ask = openai({ model: 'm', apiKey: 'key', transport: open });
    const shown: string[] = [];
    const slow = ask(prompt('?')).pipe(
      tap(() => {
        clock.frame += 30;
      }),
      coalesce({ span: 50, scheduler: clock }),
    );
    slow.subscribe((event) => {
      if ('text' in event) shown.push(event.text);
    });
    for (const at of [0, 3]) {
      bytes.next(new TextEncoder().encode(frames.slice(at, at + 3).join('')));
    }
    expect(shown).toEqual([words[0], words.slice(1, 3).join(''), words.slice(3, 6).join('')]);
    expect(schedule).not.toHaveBeenCalled();
  });

  it('is not to blame for a clock that fails at its end', () => {
    const clock = new VirtualTimeScheduler();
    vi.spyOn(clock, 'schedule').mockImplementation(() => {
      throw new Error('no timers');
    });
    const retryOn = vi.fn(() => true);
    const half: Transport = () =>
      new Observable((subscriber) => {
        subscriber.next({ status: 200, headers: {}, receivedAt: 0 });
        subscriber.next(new TextEncoder().encode(frames.slice(0, 2).join('')));
      });
    const ask = compose(
      openai({ model: 'm', apiKey: 'key', transport: half }),
      retryBackoff({ retryOn }),
    );
    const watched = watch(ask(prompt('?')).pipe(coalesce({ scheduler: clock })));
    expect(watched.end).toMatchObject({ error: { message: 'no timers' } });
    expect(retryOn).not.toHaveBeenCalled();
  });

  it('needs no timer for its view where it comes out of a cache', () => {
    const clock = new VirtualTimeScheduler();
    const ask = compose(provider(100), cache({ scheduler: clock }));
    watch(ask(prompt('?')));
    const schedule = vi.spyOn(clock, 'schedule');
    const hit = watch(ask(prompt('?')).pipe(coalesce({ span: 50, scheduler: clock })));
    expect(hit.values[0]).toMatchObject({ type: 'cache', status: 'hit' });
    expect(hit.end).toBe('complete');
    expect(schedule).not.toHaveBeenCalled();
  });
});
