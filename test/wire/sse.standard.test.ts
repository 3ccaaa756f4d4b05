import { describe, expect, it } from 'vitest';
import { sse } from '../../src/wire/sse';
import { bytesOf, everySplit, type Frame, read } from './frames';

interface Case {
  readonly input: string;
  readonly frames: readonly Frame[];
  /** What our reader delivers at the end beyond the standard. */
  readonly atEnd?: readonly Frame[];
}

const bom = '\uFEFF';
const long = 'x'.repeat(2048);

// The cases of the web platform tests, format by format.
const cases: Record<string, Case> = {
  'format-bom': {
    input: `${bom}data:1\n\n${bom}data:2\n\ndata:3\n\n`,
    frames: [['1'], ['3']],
  },
  'format-bom-2': {
    input: `${bom}${bom}data:1\n\ndata:2\n\ndata:3\n\n`,
    frames: [['2'], ['3']],
  },
  'format-comments': {
    input: `data:1\r:\0\n:\r\ndata:2\n:${long}\rdata:3\n:data:fail\r:${long}\ndata:4\n\n`,
    frames: [['1\n2\n3\n4']],
  },
  // The standard drops an event whose blank line never comes. Model servers do end that
  // way, and whether an answer is whole is for its protocol to say, so it is delivered.
  'format-data-before-final-empty-line': {
    input: 'retry:1000\ndata:test1\n\nid:test\ndata:test2',
    frames: [['test1']],
    atEnd: [['test2']],
  },
  'format-field-data': {
    input: 'data:\n\ndata\ndata\n\ndata:test\n\n',
    frames: [[''], ['\n'], ['test']],
  },
  'format-field-event': {
    input: 'event:test\ndata:x\n\ndata:x\n\n',
    frames: [['x', 'test'], ['x']],
  },
  'format-field-event-empty': { input: 'event: \ndata:data\n\n', frames: [['data']] },
  'format-field-parsing': {
    input:
      'data:\0\ndata:  2\rData:1\ndata\0:2\ndata:1\r\0data:4\nda-ta:3\rdata_5\ndata:3\rdata:\r\n data:32\ndata:4\n\n',
    frames: [['\0\n 2\n1\n3\n\n4']],
  },
  'format-field-retry-empty': { input: 'retry\ndata:test\n\n', frames: [['test']] },
  'format-field-retry-bogus': { input: 'retry:2000\nretry:1000x\ndata:x\n\n', frames: [['x']] },
  'format-field-unknown': {
    input: 'data:test\n data\ndata\nfoobar:xxx\njustsometext\n:thisisacommentyay\ndata:test\n\n',
    frames: [['test\n\ntest']],
  },
  'format-field-id-null': { input: 'id:a\0b\ndata:x\n\n', frames: [['x']] },
  'format-leading-space': {
    input: 'data:\ttest\rdata: \ndata:test\n\n',
    frames: [['\ttest\n\ntest']],
  },
  'format-newlines': {
    input: 'data:test\r\ndata\ndata:test\r\n\r',
    frames: [['test\n\ntest']],
  },
  'format-null-character': { input: 'data:\0\n\n', frames: [['\0']] },
  'format-utf-8': { input: 'data:ok…\n\n', frames: [['ok…']] },
  'event-data': {
    input:
      'data:msg\ndata:msg\n\n:\nfalsefield:msg\n\nfalsefield:msg\nData:data\n\ndata\n\ndata:end\n\n',
    frames: [['msg\nmsg'], [''], ['end']],
  },
};

describe('sse reads what the standard says', () => {
  it.each(Object.entries(cases))('%s', (_, { input, frames, atEnd = [] }) => {
    const expected = { frames, atEnd };
    expect(read(sse, [bytesOf(input)])).toEqual(expected);
    for (const pieces of everySplit(input)) expect(read(sse, pieces)).toEqual(expected);
  });

  it.each(Object.entries(cases))(
    '%s, with an empty piece first',
    (_, { input, frames, atEnd = [] }) => {
      const empty = new Uint8Array(0);
      expect(read(sse, [empty, bytesOf(input), empty])).toEqual({ frames, atEnd });
    },
  );
});
