import { of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { presets } from '../src/presets';
import { prompt } from '../src/request/messages';
import { standard } from '../src/standard';
import { answerEvents } from '../src/testing/index';
import { watch } from './support/watch';

const fine = () => of(...answerEvents('fine'));

describe('presets', () => {
  it.each(Object.entries(presets))('%s makes a pipeline that answers', (_, preset) => {
    const ask = standard({ gpt: fine }, { presets: [preset] });
    expect(watch(ask(prompt('?'))).end).toBe('complete');
  });

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
