import type { ProtocolName } from './lanes';

/** A stream that is made to fool the lane, and how many of its frames may take it. */
export interface Trap {
  readonly name: string;
  readonly protocol?: ProtocolName;
  readonly frames: readonly string[];
  readonly events?: readonly string[];
  readonly taken: number;
}

const chat = (delta: string, rest = ''): string =>
  `{"choices":[{"index":0,"delta":{${delta}}}]${rest}}`;
const text = (word: string, rest = ''): string => chat(`"content":"${word}"`, rest);
const choices = (...all: readonly (readonly [index: string, word: string])[]): string =>
  `{"choices":[${all
    .map(([index, word]) => `{"index":${index},"delta":{"content":"${word}"}}`)
    .join()}]}`;
/** The first frame has the start in it, too, and the next two are learnt from. */
const begun = [text('a'), text('b'), text('c')];

/** What may fool the lane of a chat, or of another protocol that is named. */
export const traps: readonly Trap[] = [
  { name: 'nothing but text', frames: [...begun, text('d'), text('e')], taken: 2 },
  { name: 'an empty piece', frames: [...begun, text(''), text('d')], taken: 0 },
  { name: 'the same piece again', frames: [text('a'), text('b'), text('b'), text('b')], taken: 0 },
  {
    name: 'an index that is written in two ways, and then two choices that change places',
    frames: [
      ...['a', 'b', 'c', 'd'].map((word) => choices(['0', word], ['1', 'x'])),
      ...['a', 'b', 'c', 'd'].map((word) => choices(['0.0', word], ['1', 'x'])),
      ...['a', 'b', 'c', 'd'].map((word) => choices(['0', word], ['2', 'x'])),
      ...['x', 'x', 'y', 'z'].map((word) => choices(['1', word], ['0', 'x'])),
    ],
    taken: 5,
  },
  {
    name: 'two choices that change places before the lane is open again',
    frames: [
      ...['a', 'b', 'c', 'd'].map((word) => choices(['0', word], ['1', 'x'])),
      ...['a', 'b', 'c', 'd'].map((word) => choices(['0.0', word], ['1', 'x'])),
      choices(['0', 'a'], ['2', 'x']),
      choices(['0', 'b'], ['2', 'x']),
      choices(['0', 'c'], ['1', 'x']),
      ...['x', 'y', 'z'].map((word) => choices(['1', word], ['0', 'x'])),
    ],
    taken: 3,
  },
  {
    name: 'another choice that becomes the first one',
    frames: ['a', 'b', 'c', 'd']
      .map((word) => choices(['0', word], ['1', 'x']))
      .concat(['e', 'f', 'g', 'h'].map((word) => choices(['1', word], ['0', 'x']))),
    taken: 1,
  },
  {
    name: 'a member that says the piece again, and an empty one before it',
    frames: ['a', 'b', 'c', 'd']
      .map((word) => `{"choices":[{"index":0,"delta":{"content":"${word}"},"text":"${word}"}]}`)
      .concat('{"choices":[{"index":0,"delta":{"content":""},"text":"X"}]}')
      .concat('{"choices":[{"index":0,"delta":{"content":"X"},"text":""}]}'),
    taken: 1,
  },
  {
    name: 'a member that is there twice',
    frames: ['a', 'b', 'c', 'd', 'e'].map((word) => chat(`"content":"x","content":"${word}"`)),
    taken: 2,
  },
  {
    name: 'a member that is there twice and differs in both places',
    frames: ['a', 'b', 'c', 'd', 'e'].map((word) => chat(`"content":"${word}","content":"x"`)),
    taken: 0,
  },
  {
    name: 'a member that comes again behind the piece',
    frames: [...begun, chat('"content":"d","content":"e"'), text('f')],
    taken: 0,
  },
  {
    name: 'a piece that two members repeat, until they disagree',
    frames: [
      ...['a', 'b', 'c', 'd', 'e'].map((word) =>
        chat(`"reasoning":"${word}","reasoning_details":[{"text":"${word}"}]`),
      ),
      chat('"reasoning":"f","reasoning_details":[{"text":"g"}]'),
      chat('"reasoning":"","reasoning_details":[{"text":"h"}]'),
      chat('"reasoning_content":"i","reasoning_details":[{"text":"i"}]'),
    ],
    taken: 2,
  },
  {
    name: 'a piece that is two members together',
    frames: [
      ['a', ''],
      ['b', ''],
      ['c', ''],
      ['d', ''],
      ['e', 'f'],
      ['', 'g'],
      ['', 'h'],
    ].map(([one, other]) => chat(`"reasoning_details":[{"text":"${one!}"},{"text":"${other!}"}]`)),
    taken: 1,
  },
  {
    name: 'reasoning, then text in a frame of the same shape',
    frames: [
      ...['a', 'b', 'c', 'd'].map((word) => chat(`"content":"","reasoning":"${word}"`)),
      ...['a', 'b', 'c', 'd'].map((word) => chat(`"content":"${word}","reasoning":""`)),
      ...['a', 'b', 'c', 'd'].map((word) => chat(`"content":"","reasoning":"${word}"`)),
      chat('"content":"both","reasoning":"both"'),
    ],
    taken: 5,
  },
  {
    name: 'members of a free object that are named like others',
    frames: [1, 2, 3, 4, 5, 6].map((at) =>
      text(`w${at}`, `,"x":{"content":"c${at >> 2}","model":"m${at >> 2}","a":${at}}`),
    ),
    taken: 1,
  },
  {
    name: 'counts in a free object',
    frames: [1, 2, 3, 4].map((at) => text(`w${at}`, `,"x":{"usage":{"prompt_tokens":${at}}}`)),
    taken: 0,
  },
  {
    name: 'counts in every frame',
    frames: [
      ...[1, 2, 3, 4].map((at) => text(`w${at}`, `,"usage":{"prompt_tokens":${at}}`)),
      '[DONE]',
    ],
    taken: 0,
  },
  {
    name: 'counts of Groq in every frame',
    frames: [
      ...[1, 2, 3, 4].map((at) => text(`w${at}`, `,"x_groq":{"usage":{"prompt_tokens":${at}}}`)),
      '[DONE]',
    ],
    taken: 0,
  },
  {
    name: 'a reason in every frame, or a word for none',
    frames: ['null', 'stop', 'length'].flatMap((reason) =>
      [1, 2, 3, 4].map(
        (at) =>
          `{"choices":[{"index":0,"delta":{"content":"w${at}"},"finish_reason":"${reason}"}]}`,
      ),
    ),
    taken: 5,
  },
  {
    name: 'counts where there were none',
    frames: [
      ...[1, 2, 3, 4].map((at) => text(`w${at}`, ',"usage":null')),
      text('x', ',"usage":{"prompt_tokens":1}'),
      text('y', ',"usage":{"prompt_tokens":2}'),
    ],
    taken: 1,
  },
  {
    name: 'a reason, a refusal or a call where there was none',
    frames: ['"stop"', '"length"', '"tool_calls"'].flatMap((reason) => [
      ...[1, 2, 3, 4].map(
        (at) =>
          `{"choices":[{"index":0,"delta":{"content":"w${at}","refusal":""},"finish_reason":""}]}`,
      ),
      '{"choices":[{"index":0,"delta":{"content":"x","refusal":"no"},"finish_reason":""}]}',
      '{"choices":[{"index":0,"delta":{"content":"y","refusal":""},"finish_reason":"R"}]}'.replace(
        '"R"',
        reason,
      ),
    ]),
    taken: 5,
  },
  {
    name: 'numbers of any size and form where nobody looks',
    frames: ['1', '2', '3', '1E400', '-0', '1e-9', '01', '1.', '-', '7', '8', '9', '"1"'].map(
      (number, at) => text(`w${at}`, `,"created":${number}`),
    ),
    taken: 4,
  },
  {
    name: 'escapes and control characters where nobody looks',
    frames: ['a', 'b', 'c', '\\u0041', '\\n', '\u2028', '\ud83d', '', '\\x', '\n', '\\u00'].map(
      (pad, at) => text(`w${at}`, `,"obfuscation":"${pad}"`),
    ),
    taken: 5,
  },
  {
    name: 'escapes and control characters in the piece',
    frames: [
      ...['a', 'b', 'c', '\\u0041', '\\n', '\u2028', '\ud83d', '\\ud83d\\ude42', '\u007f', '\\"'],
      ...['\\/', 'é', '\ufeff', 'more than twelve characters', '\\x', '\n', '\\u00', '\\'],
    ].map((word) => text(word)),
    taken: 11,
  },
  {
    name: 'white space of all kinds',
    frames: [
      ...begun,
      ...[' ', '\n', '\t', '\r\n', '\ufeff', '\u00a0', '\u2028'].flatMap((blank) => [
        text('d') + blank,
        blank + text('e'),
        text('f').replace(':', `:${blank}`),
      ]),
    ],
    taken: 0,
  },
  {
    name: 'white space that is always there',
    frames: ['a', 'b', 'c', 'd', 'e'].map((word) => `\ufeff ${text(word)} \u00a0`),
    taken: 2,
  },
  {
    name: 'names that are written in another way',
    frames: ['a', 'b', 'c', 'd'].map((word) => chat(`"c\\u006fntent":"${word}"`)),
    taken: 0,
  },
  {
    name: 'counts whose name is written in another way',
    frames: [
      ...[1, 2, 3, 4].map((at) => text(`w${at}`, `,"us\\u0061ge":{"prompt_tokens":${at}}`)),
      '[DONE]',
    ],
    taken: 0,
  },
  {
    name: 'members that every object has',
    frames: [1, 2, 3, 4, 5].map((at) =>
      text(`w${at}`, `,"__proto__":{"usage":null,"a":${at}},"constructor":"c${at}","toString":1`),
    ),
    taken: 2,
  },
  {
    name: 'an error where there was none',
    frames: [...[1, 2, 3, 4].map((at) => text(`w${at}`, ',"error":""')), text('x', ',"error":"e"')],
    taken: 1,
  },
  {
    name: 'an event name that changes',
    frames: ['a', 'b', 'c', 'd', 'e', 'f'].map((word) => text(word)),
    events: ['', '', '', '', 'error', ''],
    taken: 1,
  },
  {
    name: 'a type that only the event tells',
    protocol: 'openai-responses',
    frames: ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map(
      (word) => `{"output_index":0,"delta":"${word}"}`,
    ),
    events: [
      ...Array.from({ length: 5 }, () => 'response.output_text.delta'),
      'response.refusal.delta',
      'response.reasoning_text.delta',
    ],
    taken: 2,
  },
  {
    name: 'the words of a refusal',
    protocol: 'openai-responses',
    frames: ['output_text', 'refusal', 'reasoning_text', 'reasoning_summary_text'].flatMap((type) =>
      ['a', 'b', 'c', 'd'].map(
        (word) => `{"type":"response.${type}.delta","output_index":0,"delta":"${word}"}`,
      ),
    ),
    taken: 5,
  },
  {
    name: 'the end in a frame with text',
    protocol: 'ollama',
    frames: [false, false, false, false, true].map(
      (done, at) => `{"message":{"content":"w${at}"},"done":${String(done)}}`,
    ),
    taken: 1,
  },
];

/** What a chat gathers without a word, beside the text of each frame. */
export const gathered = [
  '"refusal":"no"',
  '"tool_calls":[{"index":0,"id":"c","function":{"name":"f","arguments":""}}]',
  '"function_call":{"name":"f","arguments":"1"}',
  '}},{"index":0,"usage":{"prompt_tokens":1},"delta":{"role":"assistant"',
].map((member) => ({
  name: `text with ${member}`,
  frames: ['a', 'b', 'c', 'd', 'e'].map((word) => chat(`"content":"${word}",${member}`)),
}));
