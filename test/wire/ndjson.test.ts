import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ndjson } from '../../src/wire/ndjson';
import { bytesOf, cutAt, everySplit, framesOf, read } from './frames';

describe('ndjson', () => {
  it.each([
    ['one object a line', '{"a":1}\n{"b":2}\n', [['{"a":1}'], ['{"b":2}']], []],
    ['CRLF', '{"a":1}\r\n{"b":2}\r\n', [['{"a":1}'], ['{"b":2}']], []],
    ['a BOM', '\uFEFF{"a":1}\n', [['{"a":1}']], []],
    ['blank lines', '\n\r\n  \n{"a":1}\n\n', [['{"a":1}']], []],
    ['a last line without its newline', '{"a":1}\n{"b":2}', [['{"a":1}']], [['{"b":2}']]],
    ['a last CR', '{"a":1}\r', [], [['{"a":1}']]],
    ['wide characters', '{"a":"é€😀"}\n', [['{"a":"é€😀"}']], []],
    ['nothing', '', [], []],
  ])('reads %s, cut anywhere', (_, input, frames, atEnd) => {
    expect(read(ndjson, [bytesOf(input)])).toEqual({ frames, atEnd });
    for (const pieces of everySplit(input)) {
      expect(read(ndjson, pieces)).toEqual({ frames, atEnd });
    }
  });

  it('reads the same lines however the bytes are cut', () => {
    const token = fc.constantFrom(
      '\n',
      '\r',
      '\r\n',
      ' ',
      '{"a":1}',
      '{',
      '\uFEFF',
      'é',
      '€',
      '😀',
    );
    const stream = fc.array(token, { maxLength: 40 }).map((tokens) => tokens.join(''));
    fc.assert(
      fc.property(stream, fc.array(fc.nat(), { maxLength: 12 }), (input, cuts) => {
        const { frames, atEnd } = read(ndjson, cutAt(bytesOf(input), cuts));
        expect([...frames, ...atEnd]).toEqual(framesOf(ndjson, input));
      }),
      { numRuns: 1000 },
    );
  });

  it.each(['\n', '\r\n', ''])('bounds a line to exactly maxFrameLength before %j', (newline) => {
    for (const pieces of everySplit('x'.repeat(50) + newline)) {
      const { frames, atEnd } = read(ndjson, pieces, 50);
      expect([...frames, ...atEnd]).toEqual([['x'.repeat(50)]]);
    }
    for (const pieces of everySplit('x'.repeat(51) + newline)) {
      expect(() => read(ndjson, pieces, 50)).toThrow(
        expect.objectContaining({
          kind: 'malformed',
          retryable: false,
          message: expect.stringMatching(/maxFrameLength.*50/) as string,
        }),
      );
    }
  });

  it('stops a line that never ends before it fills the memory', () => {
    const piece = bytesOf('x'.repeat(1024));
    const reader = ndjson({ frame: () => undefined }, { maxFrameLength: 1024 * 1024 });
    let pushed = 0;
    expect(() => {
      for (; pushed < 64 * 1024 * 1024; pushed += piece.length) reader.push(piece);
    }).toThrow(expect.objectContaining({ kind: 'malformed' }));
    expect(pushed).toBeLessThan(2 * 1024 * 1024);
  });
});
