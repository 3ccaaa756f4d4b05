import { concat, Observable, of, timer, VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { hedge, type HedgeOptions } from '../../src/combinator/hedge';
import type { ChatEvent } from '../../src/event/chat-event';
import type { Handler } from '../../src/handler';
import { prompt } from '../../src/request/messages';
import { finish, start, textDelta } from '../../src/testing/index';
import { seededRandom } from '../support/watch';

const question = prompt('question');
const CALLS = 2000;

/** The times to the first output of 2,000 calls, and what they cost. */
function run(seed: number, wrap: (handler: Handler, clock: VirtualTimeScheduler) => Handler) {
  const clock = new VirtualTimeScheduler();
  const random = seededRandom(seed);
  let asked = 0;
  let open = 0;
  const handler: Handler = () =>
    new Observable<ChatEvent>((destination) => {
      asked += 1;
      open += 1;
      destination.add(() => (open -= 1));
      // 98 % take about 10 ms, 2 % take 1,800 ms.
      const time = random() < 0.02 ? 1800 : 9 + 2 * random();
      destination.next(start());
      return concat(timer(time, clock), timer(1, clock), timer(1, clock)).subscribe({
        next: () => destination.next(textDelta('a')),
        complete: () => of(finish()).subscribe(destination),
      });
    });
  const ask = wrap(handler, clock);
  const times: number[] = [];
  const texts = new Set<string>();
  for (let call = 0; call < CALLS; call += 1) {
    const startedAt = clock.now();
    let text = '';
    ask(question).subscribe((event) => {
      if (event.type !== 'text-delta') return;
      if (text === '') {
        times.push(clock.now() - startedAt);
        // Whoever lost was left by now.
        expect(open).toBe(1);
      }
      text += event.text;
    });
    clock.flush();
    texts.add(text);
  }
  times.sort((a, b) => a - b);
  const tail = times[Math.ceil(CALLS * 0.999) - 1]!;
  return { tail, extra: (asked - CALLS) / CALLS, texts: [...texts], open };
}

describe('the tail of 2,000 calls of which one in fifty is slow', () => {
  it.each<[string, HedgeOptions]>([
    ['a delay of 20 ms', { delay: 20 }],
    ['the default percentile', { delay: { percentile: 0.95, initial: 50 } }],
  ])('%s', (_, options) => {
    for (const seed of [1, 2, 3]) {
      const bare = run(seed, (handler) => handler);
      const hedged = run(seed, (gpt, scheduler) =>
        hedge({ gpt, again: gpt }, { ...options, scheduler }),
      );
      expect(bare.tail).toBe(1800);
      expect(hedged.tail).toBeLessThanOrEqual(180);
      expect(hedged.extra).toBeLessThanOrEqual(0.05);
      // One answer each, never mixed, and nothing left behind.
      expect(hedged.texts).toEqual(['aaa']);
      expect(hedged.open).toBe(0);
    }
  });
});
