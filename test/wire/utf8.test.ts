import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Utf8 } from '../../src/wire/utf8';

const decoded = (pieces: readonly Uint8Array[]): string => {
  const utf8 = new Utf8();
  return pieces.map((piece) => utf8.push(piece)).join('') + utf8.end();
};

/** Bytes among which cut, broken and overlong characters and byte order marks are frequent. */
const anyBytes = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 3 }),
      fc.constantFrom('a', 'é', '€', '😀', '\ufeff').map((text) => new TextEncoder().encode(text)),
      fc
        .constantFrom([0xef], [0xbb, 0xbf], [0xf0, 0x9f], [0xc0, 0x80], [0x0a])
        .map(Uint8Array.from.bind(Uint8Array)),
    ),
    { maxLength: 12 },
  )
  .map((parts) => Uint8Array.from(parts.flatMap((part) => [...part])));

describe('Utf8', () => {
  it('decodes as the standard says, however the bytes are cut', () => {
    fc.assert(
      fc.property(anyBytes, fc.array(fc.nat(30), { maxLength: 8 }), (bytes, cuts) => {
        const ends = [...cuts, bytes.length].sort((one, other) => one - other);
        const pieces = ends.map((end, at) => bytes.subarray(ends[at - 1] ?? 0, end));
        expect(decoded(pieces)).toBe(new TextDecoder().decode(bytes));
      }),
      { numRuns: 5000 },
    );
  });

  it('hands over a character with its last byte, and all others at once', () => {
    const utf8 = new Utf8();
    const [first, ...rest] = new TextEncoder().encode('€');
    expect(utf8.push(Uint8Array.of(0x61, first!))).toBe('a');
    expect(utf8.push(Uint8Array.from(rest))).toBe('€');
    expect(utf8.push(Uint8Array.of(0x62))).toBe('b');
    expect(utf8.end()).toBe('');
  });
});
