import { concat, from, mergeMap, of, timer, VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Handler } from '../src/handler';
import { presets } from '../src/presets';
import { prompt } from '../src/request/messages';
import { standard, type StandardPreset } from '../src/standard';
import { answerEvents, start } from '../src/testing/index';
import { watch } from './support/watch';

const fine = () => of(...answerEvents('fine'));

describe('presets', () => {
  it.each(Object.entries(presets))('%s makes a pipeline that answers', (_, preset) => {
    const ask = standard({ gpt: fine }, { presets: [preset] });
    expect(watch(ask(prompt('?'))).end).toBe('complete');
  });

  it.each([...Object.entries<StandardPreset>(presets), ['none', {}] as const])(
    '%s leaves a slow but healthy server its time, also with two members',
    (_, preset) => {
      const clock = new VirtualTimeScheduler();
      const { firstToken = 30_000 } = preset.deadlines || {};
      let asked = 0;
      const slow: Handler = () => {
        asked += 1;
        const answer$ = from(answerEvents('fine').slice(1));
        return concat(of(start()), timer(firstToken * 0.95, clock).pipe(mergeMap(() => answer$)));
      };
      const ask = standard({ gpt: slow, claude: slow }, { presets: [preset], scheduler: clock });
      const watched = watch(ask(prompt('?')));
      clock.flush();
      expect(watched.end).toBe('complete');
      expect(asked).toBe(1);
    },
  );

  it('are plain data', () => {
    expect(JSON.parse(JSON.stringify(presets))).toEqual(presets);
  });

  it('of a use and of a traffic go together', () => {
    const ask = standard({ gpt: fine }, { presets: [presets.chat, presets.bursty] });
    expect(ask.cache).toBeDefined();
    expect(ask.admission).toBeDefined();
  });

  it('keep nothing in real time, and for a day where it costs', () => {
    expect(standard({ gpt: fine }, { presets: [presets.cost] }).cache).toBeDefined();
    const both = standard({ gpt: fine }, { presets: [presets.cost, presets.realTime] });
    expect(both.cache).toBeUndefined();
  });
});
