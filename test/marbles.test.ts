import { describe, expect, it } from 'vitest';
import { allSpecs } from '../marbles/all-specs';
import { record } from '../marbles/record';

const specs = await allSpecs();

describe.each(specs)('$spec.name', ({ file, spec }) => {
  it.each(Object.entries(spec.cases))('%s', async (_, given) => {
    const { outputs } = await record(given);
    expect(outputs.some(({ subscribedFrame }) => subscribedFrame !== Infinity)).toBe(true);
  });

  it('stands in the file of its name', () => {
    expect(file).toBe(spec.name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`));
  });
});

it('finds the specs', () => {
  expect(specs).not.toEqual([]);
});
