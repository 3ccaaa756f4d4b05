import { describe, expect, it } from 'vitest';
import { afterBurst, burst, type Latecomer } from '../../src/internal/burst';

function latecomers(): {
  readonly said: string[];
  readonly named: (name: string) => Latecomer;
} {
  const said: string[] = [];
  const named = (name: string): Latecomer => ({
    burstOver: () => {
      said.push(name);
      if (name === 'broken') throw new Error('broken');
    },
    error: (thrown) => said.push(String(thrown)),
  });
  return { said, named };
}

describe('a burst', () => {
  it('calls back who asked for it, in their order, when all is told', () => {
    const { said, named } = latecomers();
    burst(() => {
      afterBurst(named('first'));
      afterBurst(named('second'));
      said.push('told');
    });
    expect(said).toEqual(['told', 'first', 'second']);
  });

  it('calls back at once where there is none, also behind one', () => {
    const { said, named } = latecomers();
    burst(() => {
      said.push('told');
    });
    afterBurst(named('now'));
    expect(said).toEqual(['told', 'now']);
  });

  it('ends before the one that it is in', () => {
    const { said, named } = latecomers();
    burst(() => {
      afterBurst(named('outer'));
      burst(() => {
        afterBurst(named('inner'));
      });
      said.push('told');
    });
    expect(said).toEqual(['inner', 'told', 'outer']);
  });

  it('is over for the others, too, where one of them throws, who alone hears of that', () => {
    const { said, named } = latecomers();
    burst(() => {
      afterBurst(named('broken'));
      afterBurst(named('other'));
    });
    expect(said).toEqual(['broken', 'Error: broken', 'other']);
  });

  it('is over for all, and only once, where telling throws', () => {
    const { said, named } = latecomers();
    const tell = (): void => {
      burst(() => {
        afterBurst(named('late'));
        throw new Error('told badly');
      });
    };
    expect(tell).toThrow('told badly');
    expect(said).toEqual(['late']);
    afterBurst(named('now'));
    expect(said).toEqual(['late', 'now']);
  });
});
