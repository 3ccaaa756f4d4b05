import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LlmError } from '../../src/error/llm-error';
import { sse } from '../../src/wire/sse';
import { bytesOf, cutAt, everySplit, framesOf, read } from './frames';

const geminiError = JSON.stringify({ error: { code: 503, status: 'UNAVAILABLE' } }, null, 2);

describe('sse delivers what servers send besides the standard', () => {
  it.each([
    ['an error field', 'error: {"code":500}\n\n', [['{"code":500}', 'error']]],
    [
      'an error field between events',
      'data: a\n\nerror: {"code":500}\n\ndata: b\n\n',
      [['a'], ['{"code":500}', 'error'], ['b']],
    ],
    [
      'an error object over many lines',
      `data: a\n\n${geminiError}\n`,
      [['a'], [geminiError, 'error']],
    ],
    [
      'an error object without its last newline',
      `data: a\r\n\r\n${geminiError}`,
      [['a'], [geminiError, 'error']],
    ],
    [
      'events after an error object',
      `${geminiError}\n\ndata: a\n\n`,
      [[geminiError, 'error'], ['a']],
    ],
    ['an array of errors', '[{"error":{"code":429}}]', [['[{"error":{"code":429}}]', 'error']]],
    ['a body on one line', '{"choices":[]}', [['{"choices":[]}']]],
    [
      'a body that says that it has no error',
      '{"error":null,"output":[]}',
      [['{"error":null,"output":[]}']],
    ],
    ['a body whose error is false', '{"error":false,"a":1}', [['{"error":false,"a":1}']]],
    ['a body whose error is empty', '{"error":"","a":1}', [['{"error":"","a":1}']]],
    ['two bodies', '{"a":1}\n{"a":2}\n', [['{"a":1}'], ['{"a":2}']]],
    ['braces and quotes inside strings', '{"a":"}{\\"]",\n"b":1}', [['{"a":"}{\\"]",\n"b":1}']]],
    ['an object with a comment in the middle', '{\n: ping\n"a":1\n}\n', [['{\n"a":1\n}']]],
    ['an indented object', '  {"a":1}\n', [['  {"a":1}']]],
  ])('%s', (_, input, frames) => {
    expect(framesOf(sse, input)).toEqual(frames);
    for (const pieces of everySplit(input)) {
      const { frames: before, atEnd } = read(sse, pieces);
      expect([...before, ...atEnd]).toEqual(frames);
    }
  });

  it('delivers an error object as soon as it is whole', () => {
    expect(read(sse, [bytesOf(`${geminiError}\n`)])).toEqual({
      frames: [[geminiError, 'error']],
      atEnd: [],
    });
  });

  it.each([
    ['text that only looks like JSON', '{no json}\n[x]\n\n'],
    ['JSON that is cut', '{"error":\n'],
    ['JSON with text behind it', '{"a":1} and more\n'],
    ['closing lines alone', '}\n]\n'],
    ['plain text', 'Bad Gateway\n'],
    ['a plain number', '12\n'],
  ])('drops %s', (_, input) => {
    expect(framesOf(sse, input)).toEqual([]);
  });

  it('forgets an object that an event interrupts', () => {
    expect(framesOf(sse, '{\ndata: a\n\n}\n{"b":1}\n')).toEqual([['a'], ['{"b":1}']]);
  });
});

describe('sse at the end of the bytes', () => {
  it.each([
    ['without a blank line', 'data: a\n', [['a']]],
    ['without a newline', 'data: a', [['a']]],
    ['after a CR', 'data: a\r', [['a']]],
    ['after a CRLF', 'event: x\r\ndata: a\r\n', [['a', 'x']]],
    ['in the middle of a character', Uint8Array.of(...bytesOf('data: '), 0xe2, 0x82), [['\uFFFD']]],
  ])('delivers a last event %s', (_, input, atEnd) => {
    expect(read(sse, [bytesOf(input)])).toEqual({ frames: [], atEnd });
  });

  it.each([
    '',
    '\n',
    'event: x',
    'event: x\n',
    'da',
    'data',
    'data:',
    'data: ',
    ': c',
    'data: a\n\n',
  ])('invents none after %j', (input) => {
    expect(read(sse, [bytesOf(input)]).atEnd).toEqual([]);
  });
});

describe('sse ends a line at once', () => {
  it.each(['\n', '\r', '\r\n'])('for lines that end in %j', (newline) => {
    expect(read(sse, [bytesOf(`data: a${newline}${newline}`)]).frames).toEqual([['a']]);
  });
});

// Everything that decides how a stream is read: line ends, fields, BOM, JSON, wide characters.
const token = fc.constantFrom(
  ...[
    '\n',
    '\n\n',
    '\r',
    '\r\n',
    ':',
    ' ',
    'data: ',
    'data:',
    'data',
    'event: x',
    'id: 1',
    'error: ',
  ],
  ...[
    '{"error":1}',
    '{',
    '}',
    '[',
    ']',
    '"',
    '\\',
    '\uFEFF',
    '\0',
    'é',
    '€',
    '😀',
    'text',
    'retry: 1',
  ],
);
const stream = fc.array(token, { maxLength: 40 }).map((tokens) => tokens.join(''));

describe('sse reads the same frames however the bytes are cut', () => {
  it('for any stream', () => {
    fc.assert(
      fc.property(stream, fc.array(fc.nat(), { maxLength: 12 }), (input, cuts) => {
        const { frames, atEnd } = read(sse, cutAt(bytesOf(input), cuts));
        expect([...frames, ...atEnd]).toEqual(framesOf(sse, input));
      }),
      { numRuns: 1000 },
    );
  });

  it('for events that were written by the book', () => {
    const char = fc.constantFrom('a', ' ', ':', 'data: ', '{', '}', '"', '\0', '\uFEFF', 'é', '😀');
    const text = fc.array(char, { maxLength: 10 }).map((chars) => chars.join(''));
    const events = fc.array(fc.tuple(text, fc.constantFrom('\n', '\r\n', '\r')));
    fc.assert(
      fc.property(events, fc.array(fc.nat(), { maxLength: 12 }), (written, cuts) => {
        const input = written
          .map(([data, newline]) => `data: ${data}${newline}${newline}`)
          .join('');
        const { frames, atEnd } = read(sse, cutAt(bytesOf(input), cuts));
        expect([frames, atEnd]).toEqual([written.map(([data]) => [data]), []]);
      }),
      { numRuns: 500 },
    );
  });
});

describe('sse bounds a frame', () => {
  const tooLong = (run: () => unknown): LlmError => {
    try {
      run();
    } catch (error) {
      if (LlmError.is(error)) return error;
      throw error;
    }
    throw new Error('accepted');
  };

  it.each([
    ['data', (text: string) => `data: ${text}\n\n`],
    [
      'data over many lines',
      (text: string) => `data: ${text.slice(0, 50)}\ndata: ${text.slice(51)}\n\n`,
    ],
    ['an error field', (text: string) => `error: ${text}\n\n`],
    ['bare JSON', (text: string) => `{"a":"${text.slice(8)}"}\n`],
    ['bare JSON over lines', (text: string) => `{"a":\n"${text.slice(9)}"}\n`],
  ])('of %s to exactly maxFrameLength', (_, write) => {
    for (const pieces of everySplit(write('x'.repeat(100)))) {
      const { frames, atEnd } = read(sse, pieces, 100);
      expect([...frames, ...atEnd].map(([data]) => data.length)).toEqual([100]);
    }
    for (const pieces of everySplit(write('x'.repeat(101)))) {
      expect(tooLong(() => read(sse, pieces, 100))).toMatchObject({
        kind: 'malformed',
        retryable: false,
        message: expect.stringMatching(/maxFrameLength.*100/) as string,
      });
    }
  });

  it.each([
    ['a line that never ends', 'x'],
    ['data that never ends', 'data: xxx\n'],
    ['JSON that never closes', '{"a":\n'],
    ['empty data lines', 'data\n'],
  ])('of %s, before it fills the memory', (_, text) => {
    const piece = bytesOf(text.repeat(Math.ceil(1024 / text.length)));
    const reader = sse({ frame: () => undefined }, { maxFrameLength: 128 * 1024 });
    let pushed = 0;
    const error = tooLong(() => {
      for (; pushed < 64 * 1024 * 1024; pushed += piece.length) reader.push(piece);
    });
    expect(error.kind).toBe('malformed');
    expect(pushed).toBeLessThan(1024 * 1024);
  });
});
