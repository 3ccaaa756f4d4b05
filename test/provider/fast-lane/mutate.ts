import type { Frame, ProtocolName } from './lanes';
import { pick, word, type Random } from './servers';

/** A stream with mutated frames, and how many these are. */
export interface Mutated {
  readonly frames: readonly Frame[];
  readonly count: number;
}

/** Mutates about one of so many frames. */
export function mutate(frames: readonly Frame[], random: Random, oneIn: number): Mutated {
  const mutated: Frame[] = [];
  let count = 0;
  for (const frame of frames) {
    if (random(oneIn) > 0) mutated.push(frame);
    else {
      count += 1;
      mutated.push(...mutatedFrame(frame, random, frames));
    }
  }
  return { frames: mutated, count };
}

function mutatedFrame(frame: Frame, random: Random, all: readonly Frame[]): readonly Frame[] {
  switch (random(24)) {
    case 0:
      return [];
    case 1:
      return [frame, frame];
    case 2:
      return [pick(random, all), frame];
    case 3:
      return [{ ...frame, event: pick(random, events) }];
    case 4:
    case 5:
    case 6:
      return [{ ...frame, data: withOtherChar(frame.data, random) }];
    default:
      return [{ ...frame, data: withOtherMember(frame.data, random) }];
  }
}

const events = [
  ...[undefined, '', 'error', 'ping', 'message', 'message_stop', 'content_block_delta'],
  ...['response.output_text.delta', 'response.refusal.delta', 'response.completed'],
];

const chars = [
  ...['"', '\\', '{', '}', '[', ']', ',', ':', ' ', '\n', '\t', '0', '1', '-', '.', 'e', 'n', 'u'],
  ...['\u0000', '\u001f', '\u007f', '\u00a0', '\u2028', '\ufeff', '\ud83d', '\\u00', '\\x', '\\"'],
];

function withOtherChar(data: string, random: Random): string {
  const at = random(data.length + 1);
  switch (random(3)) {
    case 0:
      return data.slice(0, at) + pick(random, chars) + data.slice(at);
    case 1:
      return data.slice(0, at) + pick(random, chars) + data.slice(at + 1);
    default:
      return data.slice(0, at) + data.slice(at + 1);
  }
}

const MEMBER = /"(?:[^"\\]|\\.)*"\s*:\s*(?:"(?:[^"\\]|\\.)*"|[-\w.+]+|\[\]|\{\})/g;

interface Member {
  readonly start: number;
  readonly end: number;
  readonly name: string;
  readonly value: string;
}

function membersOf(data: string): readonly Member[] {
  return [...data.matchAll(MEMBER)].map(({ 0: text, index }) => {
    const [name = ''] = /^"(?:[^"\\]|\\.)*"/.exec(text) ?? [];
    const value = text.slice(name.length).replace(/^\s*:\s*/, '');
    return { start: index, end: index + text.length, name, value };
  });
}

function withOtherMember(data: string, random: Random): string {
  const members = membersOf(data);
  if (members.length === 0) return withOtherChar(data, random);
  const member = pick(random, members);
  const { start, end, name, value } = member;
  const put = (text: string): string => data.slice(0, start) + text + data.slice(end);
  switch (random(12)) {
    case 0:
      return put(`${pick(random, names)}:${value}`);
    case 1:
      return put(`${escaped(name, random)}:${value}`);
    case 2:
      return put(`${name}:${value},${name}:${otherValue(value, random)}`);
    case 3:
      return put(`${pick(random, names)}:${pick(random, values)},${name}:${value}`);
    case 4:
      return put(`${name}:${value},${pick(random, names)}:${pick(random, values)}`);
    case 5:
      return swapped(data, member, pick(random, members));
    case 6:
      return put('')
        .replace(/,\s*,/, ',')
        .replace(/([{[])\s*,/, '$1');
    case 7:
      return put(`${name}: ${value} `);
    default:
      return put(`${name}:${otherValue(value, random)}`);
  }
}

function swapped(data: string, one: Member, other: Member): string {
  const [first, second] = one.start < other.start ? [one, other] : [other, one];
  if (first.start === second.start) return data;
  return (
    data.slice(0, first.start) +
    data.slice(second.start, second.end) +
    data.slice(first.end, second.start) +
    data.slice(first.start, first.end) +
    data.slice(second.end)
  );
}

/** The same name or text, written in another way. */
function escaped(quoted: string, random: Random): string {
  const at = 1 + random(Math.max(1, quoted.length - 2));
  const code = quoted.charCodeAt(at).toString(16).padStart(4, '0');
  return `${quoted.slice(0, at)}\\u${code}${quoted.slice(at + 1)}`;
}

function otherValue(value: string, random: Random): string {
  const kind = random(8);
  if (kind < 2) return pick(random, values);
  if (value.startsWith('"')) {
    if (kind < 4) return JSON.stringify(word(random));
    if (kind < 5) return escaped(value, random);
    if (kind < 6) return `"${pick(random, texts)}"`;
    const at = 1 + random(value.length - 1);
    return value.slice(0, at) + pick(random, texts) + value.slice(at);
  }
  return /^[-\d]/.test(value) ? pick(random, numbers) : pick(random, values);
}

const LONG = 'long '.repeat(1000);

/** What stands between quotes, in legal and illegal ways. */
const texts = [
  ...['', 'a', '\\n', '\\u0041', '\\u00', '\\x41', '\\', '\\\\', '\\"', '"', '\\/', '\\ud83d'],
  ...['\u0000', '\n', '\r', '\t', '\u001f', '\u007f', '\u2028', '\u2029', '\ud83d', '\udc00'],
  ...['\ufeff', '","content":"', '"},{"', '\\u0000', "'", '`', '$1', '$&', LONG],
];
const numbers = [
  ...['0', '1', '2', '-0', '0.0', '0e0', '1E400', '-1.5e-3', '1e+2', '12345678901234567890'],
  ...['01', '1.', '.5', '-', '+1', '1e', '--1', '0x1', 'NaN', 'Infinity', '1_0', '00', '-01'],
];
const values = [
  ...['null', 'true', 'false', '""', '"x"', '[]', '{}', '[null]', '0', '1', '"null"', '"stop"'],
  ...['"error"', '"refusal"', '"text"', '"thinking"', '["x"]', '[{"text":"x"}]', '{"content":"x"}'],
  ...[
    '{"text":"x"}',
    '[{"index":0,"delta":{"content":"x"}}]',
    '{"prompt_tokens":7}',
    '"tool_calls"',
  ],
  ...[
    '{"message":"no","code":"overloaded"}',
    '[{"index":0,"function":{"name":"f","arguments":"{}"}}]',
  ],
  ...['{"type":"function_call","call_id":"c","name":"f","arguments":"{}"}', '{"usage":{"x":1}}'],
  ...['"text_delta"', '"thinking_delta"', '"response.output_text.delta"', '"response.completed"'],
  ...['"content_block_delta"', 'undefined', 'nul', '{', ']', '"response.refusal.delta"', '-1', '7'],
];
const names = [
  ...['id', 'model', 'object', 'type', 'choices', 'error', 'usage', 'x_groq', 'index', 'delta'],
  ...['message', 'text', 'finish_reason', 'content', 'refusal', 'reasoning_content', 'reasoning'],
  ...['reasoning_details', 'reasoning_text', 'thinking', 'summary', 'tool_calls', 'function_call'],
  ...['response', 'output_index', 'content_index', 'summary_index', 'item_id', 'item', 'part'],
  ...['name', 'arguments', 'input', 'content_block', 'partial_json', 'stop_reason', 'done'],
  ...['done_reason', 'prompt_eval_count', 'eval_count', 'created', 'obfuscation', '__proto__'],
  ...['constructor', 'toString', 'length', '', 'sequence_number', 'created_at', 'toJSON'],
].map((name) => `"${name}"`);

/** Frames of a protocol that say something beside text, to be put between others. */
export const besides: Readonly<Record<ProtocolName, readonly string[]>> = {
  'openai-chat': [
    '{"choices":[{"index":0,"message":{"content":"x"}}]}',
    '{"choices":[{"index":0,"delta":{"refusal":"no"}}]}',
    '{"choices":[],"usage":{"prompt_tokens":1}}',
    '{"choices":[{"index":0,"delta":null,"finish_reason":"length"}]}',
  ],
  'openai-responses': [
    '{"type":"response.output_text.done","output_index":1,"content_index":0,"text":"whole"}',
    '{"type":"response.refusal.delta","output_index":1,"content_index":1,"delta":"no"}',
  ],
  anthropic: ['{"type":"ping"}', '{"type":"message_delta","delta":{},"usage":{"output_tokens":2}}'],
  ollama: ['{"message":{"tool_calls":[{"function":{"name":"f"}}]}}', '{"done":false}', '{}'],
};
