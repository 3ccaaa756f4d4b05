/** A source of chance between 0 and 1 that repeats itself for the same seed. */
export type Random = () => number;

/** Makes a source of chance; the seed is any text, so that each purpose can have its own. */
export function createRandom(seed: string): Random {
  // Mulberry32: tiny, fast, and even enough for faults and words.
  let state = hash(seed);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A 32 bit hash of a text (FNV-1a). */
export function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return value >>> 0;
}

/** A whole number from `min` to `max`, both included. */
export function between(random: Random, min: number, max: number): number {
  return min + Math.floor(random() * (max - min + 1));
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** An identifier as servers make them. */
export function randomId(random: Random, length: number): string {
  return Array.from({ length }, () => alphabet[between(random, 0, alphabet.length - 1)]).join('');
}

const words = (
  'lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut ' +
  'labore et dolore magna aliqua enim ad minim veniam quis nostrud exercitation ullamco laboris ' +
  'nisi aliquip ex ea commodo consequat duis aute irure in reprehenderit voluptate velit esse ' +
  'cillum fugiat nulla pariatur excepteur sint occaecat cupidatat non proident sunt culpa'
).split(' ');

/** A few sentences that mean nothing. */
export function randomText(random: Random): string {
  return Array.from({ length: between(random, 2, 4) }, () => sentence(random)).join(' ');
}

function sentence(random: Random): string {
  const text = Array.from(
    { length: between(random, 5, 12) },
    () => words[between(random, 0, words.length - 1)],
  ).join(' ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
