import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { prompt, user } from '../../src/request/messages';
import { requestKey } from '../../src/request/request-key';
import type { ChatRequest, ContentPart, Message } from '../../src/request/chat-request';

const text = fc.string({ unit: 'grapheme', maxLength: 8 });
const json = fc.jsonValue({ maxDepth: 2 });
const bag = fc.dictionary(text, json, { maxKeys: 3 });
// Names of fields whose own keys are ordered are left to the tests of that.
const free = fc.dictionary(
  text.filter((key) => !['schema', 'parameters', 'input'].includes(key)),
  fc.integer(),
);

const message: fc.Arbitrary<Message> = fc.oneof(
  fc.record({ role: fc.constant('system' as const), content: text }),
  fc.record({
    role: fc.constant('user' as const),
    content: fc.oneof(
      text,
      fc.array(
        fc.oneof(
          fc.record({ type: fc.constant('text' as const), text }),
          fc.record({ type: fc.constant('image' as const), image: text }),
          fc.record({ type: fc.constant('file' as const), file: text, mediaType: text }),
        ),
      ),
    ),
  }),
  fc.record({
    role: fc.constant('assistant' as const),
    content: text,
    toolCalls: fc.array(fc.record({ id: text, name: text, input: json }), { maxLength: 2 }),
  }),
  fc.record(
    {
      role: fc.constant('tool' as const),
      toolCallId: text,
      name: text,
      content: text,
      isError: fc.boolean(),
    },
    { requiredKeys: ['role', 'toolCallId', 'name', 'content'] },
  ),
);

const tool = fc.record(
  { name: text, description: text, parameters: bag },
  { requiredKeys: ['name'] },
);

const fields = {
  messages: fc.array(message, { minLength: 1, maxLength: 4 }),
  model: text,
  temperature: fc.double({ min: 0, max: 2, noNaN: true }).filter((n) => !Object.is(n, -0)),
  topP: fc.double({ min: 0, max: 1, noNaN: true }).filter((n) => !Object.is(n, -0)),
  maxOutputTokens: fc.integer({ min: 1 }),
  stop: fc.array(text, { maxLength: 3 }),
  seed: fc.integer(),
  tools: fc.array(tool, { maxLength: 3 }),
  toolChoice: fc.oneof(
    fc.constantFrom('auto' as const, 'none' as const, 'required' as const),
    fc.record({ name: text }),
  ),
  output: fc.record(
    { schema: bag, name: text, strict: fc.boolean() },
    { requiredKeys: ['schema'] },
  ),
  reasoning: fc.record(
    { effort: fc.constantFrom('low' as const, 'high' as const), maxTokens: fc.integer({ min: 1 }) },
    { requiredKeys: [] },
  ),
  providerOptions: fc.dictionary(text, free, { maxKeys: 2 }),
};
type Field = keyof typeof fields;
const names = Object.keys(fields) as Field[];

const request = fc.record(
  { ...fields, context: fc.record({ tenant: text, session: text }, { requiredKeys: [] }) },
  { requiredKeys: ['messages'] },
) as fc.Arbitrary<ChatRequest>;

/** What the model would be sent: the judge of whether two requests are the same. */
const wire = (value: unknown): string => JSON.stringify(value) ?? 'absent';

/** The same with all keys of plain objects in reverse, but for those whose order is read. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [
        key,
        ['schema', 'parameters', 'input'].includes(key) ? inner : reversed(inner),
      ]),
  );
}

describe('requestKey', () => {
  it('is the same for the same request, however its objects were put together', () => {
    fc.assert(
      fc.property(request, (asked) => {
        const key = requestKey(asked);
        expect(requestKey(structuredClone(asked))).toBe(key);
        expect(requestKey(reversed(asked) as ChatRequest)).toBe(key);
        const absent = Object.fromEntries(names.map((name) => [name, undefined]));
        expect(requestKey({ ...absent, ...asked })).toBe(key);
      }),
    );
  });

  it.each(names)('is another one when %s is another', (name) => {
    fc.assert(
      fc.property(request, fields[name] as fc.Arbitrary<unknown>, (asked, value) => {
        const other = { ...asked, [name]: value };
        fc.pre(wire(reversed(asked[name])) !== wire(reversed(value)) || asked[name] === undefined);
        fc.pre(wire(asked[name]) !== wire(value));
        expect(requestKey(other)).not.toBe(requestKey(asked));
      }),
    );
  });

  it('is another one for another tenant', () => {
    fc.assert(
      fc.property(request, fc.option(text, { nil: undefined }), (asked, tenant) => {
        fc.pre(asked.context?.tenant !== tenant);
        const context = tenant === undefined ? {} : { tenant };
        expect(requestKey({ ...asked, context })).not.toBe(requestKey(asked));
      }),
    );
  });

  it('is another one in another order of messages, tools or stops', () => {
    const lists = ['messages', 'tools', 'stop'] as const;
    fc.assert(
      fc.property(request, fc.constantFrom(...lists), (asked, name) => {
        const list: readonly unknown[] = asked[name] ?? [];
        const turned = [...list].reverse();
        fc.pre(wire(list) !== wire(turned));
        expect(requestKey({ ...asked, [name]: turned })).not.toBe(requestKey(asked));
      }),
    );
  });

  it('tells what the model would tell: two requests have one key exactly if they read the same', () => {
    fc.assert(
      fc.property(request, request, (a, b) => {
        const same = wire(sorted(a)) === wire(sorted(b));
        expect(requestKey(a) === requestKey(b)).toBe(same);
      }),
    );
  });

  it('is blind to all of the context but the tenant', () => {
    const tenant = 'a';
    const context = { tenant, session: 's', labels: { a: 'b' }, priority: 3, deadline: 9 };
    expect(requestKey(prompt('?', { context }))).toBe(
      requestKey(prompt('?', { context: { tenant } })),
    );
  });

  it.each([
    ['a schema', { output: { schema: { a: 1, b: 2 } } }, { output: { schema: { b: 2, a: 1 } } }],
    [
      'parameters',
      { tools: [{ name: 'x', parameters: { a: 1, b: 2 } }] },
      { tools: [{ name: 'x', parameters: { b: 2, a: 1 } }] },
    ],
    [
      'a schema for one provider',
      { providerOptions: { anthropic: { tools: [{ input_schema: { a: 1, b: 2 } }] } } },
      { providerOptions: { anthropic: { tools: [{ input_schema: { b: 2, a: 1 } }] } } },
    ],
  ])('minds the order of the keys of %s, which the model reads', (_, a, b) => {
    expect(requestKey(prompt('?', a))).not.toBe(requestKey(prompt('?', b)));
  });

  it.each([Object(1), Object(true), Object('a')])('refuses the boxed %o', (value: unknown) => {
    const request = prompt('?', { providerOptions: { openai: { value } } });
    expect(() => requestKey(request)).toThrow(TypeError);
  });

  it.each([
    [{ since: new Date(0) }, { since: new Date(1) }],
    [{ url: new URL('https://a.example') }, { url: new URL('https://b.example') }],
    [{ list: [1, [2]] }, { list: [[1], 2] }],
    [{ list: ['1,2'] }, { list: ['1', '2'] }],
    [{ value: 1 }, { value: '1' }],
    [{ value: null }, { value: 'null' }],
    [{ value: null }, { value: {} }],
    [{ value: [] }, { value: {} }],
    [{ value: '' }, {}],
    [{ 'a":1,"b': 1 }, { a: 1, b: 1 }],
    [{ 'a:1,b': 2 }, { a: 1, b: 2 }],
    [{ a: { b: 1 }, c: 2 }, { a: { b: 1, c: 2 } }],
    [JSON.parse('{"__proto__":{"a":1}}') as object, {}],
    [{ bytes: new Uint8Array([1]) }, { bytes: new Uint8Array([2]) }],
  ])('tells %o from %o', (a, b) => {
    const key = (options: object): string =>
      requestKey(prompt('?', { providerOptions: { openai: options as Record<string, unknown> } }));
    expect(key(a)).not.toBe(key(b));
  });

  it('keeps tenants apart also where a request has a field of that name', () => {
    const asked = (tenant: string): ChatRequest => Object.assign(prompt('?'), { tenant });
    expect(requestKey(asked('a'))).not.toBe(requestKey(asked('b')));
    expect(requestKey(asked('a'))).not.toBe(requestKey(prompt('?', { context: { tenant: 'a' } })));
  });
});

describe('what inherits', () => {
  class Spoken {
    readonly role = 'user';
    readonly #text: string;
    constructor(text: string) {
      this.#text = text;
    }
    get content(): string {
      return this.#text;
    }
  }
  class Asked {
    readonly role = 'user';
    constructor(readonly content: string) {}
    says(text: string): boolean {
      return this.content === text;
    }
  }
  const part: ContentPart = { type: 'text', text: '?' };
  const bare = Object.assign(Object.create(null) as ChatRequest, prompt('?'));

  it.each<[string, ChatRequest]>([
    ['a message of a class', { messages: [new Spoken('?')] }],
    ['one in a conversation', { messages: [user('Hi.'), new Spoken('?')] }],
    ['a part that inherits', { messages: [user([Object.create(part) as ContentPart])] }],
    ['a request that inherits', Object.create(prompt('?')) as ChatRequest],
    ['a request that inherits from a bare one', Object.create(bare) as ChatRequest],
    ['a map', prompt('?', { providerOptions: { openai: new Map() as never } })],
  ])('is refused, as nobody knows what is read of it: %s', (_, asked) => {
    for (let time = 0; time < 3; time += 1) {
      expect(() => requestKey(asked)).toThrow(new TypeError(advice));
    }
  });

  it.each([
    [
      'a prototype of another window',
      runInNewContext('({ role: "user", content: "?" })') as Message,
    ],
    ['no prototype', Object.assign(Object.create(null) as Message, user('?'))],
    ['a class with nothing but methods', new Asked('?')],
  ])('is not what has %s', (_, message) => {
    expect(requestKey({ messages: [message] })).toBe(requestKey(prompt('?')));
  });

  const advice =
    'requestKey: an object of a request must say all with fields of its own, as a key holds no ' +
    'others; copy what it inherits into a plain object, or give a key of your own';
});

describe('the text of a key', () => {
  const long = 'x"\n'.repeat(100);

  it('can be read back, so that no two requests share one', () => {
    fc.assert(
      fc.property(request, (asked) => {
        const { context, ...question } = asked;
        const expected = [seen(question), seen(context?.tenant)];
        for (let time = 0; time < 3; time += 1)
          expect(readKey(requestKey(asked))).toEqual(expected);
      }),
    );
  });

  it('can be read back for any value that JavaScript knows', () => {
    const anything = fc.anything({
      withDate: true,
      withSparseArray: true,
      withNullPrototype: true,
    });
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 3 }), anything, (messages, options) => {
        const asked = { messages: [user(long), ...messages], providerOptions: { options } };
        const expected = [seen(asked), null];
        for (let time = 0; time < 3; time += 1) {
          expect(readKey(requestKey(asked as never))).toEqual(expected);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('follows a message that is changed between two questions', () => {
    type Loose = Record<string, unknown>;
    const change: fc.Arbitrary<(target: Loose) => void> = fc.oneof(
      text.map((value) => (target: Loose) => void (target['content'] = long + value)),
      text.map((value) => (target: Loose) => void (target[value] = 1)),
      fc.constant((target: Loose) => void delete target['content']),
      fc.constant((target: Loose) => void (target['content'] = [{ type: 'text', text: long }])),
      text.map((value) => (target: Loose) => {
        const [part] = [target['content']].flat() as (Loose | undefined)[];
        if (typeof part === 'object') part['text'] = long + value;
      }),
      fc.constant((target: Loose) => void (target['toJSON'] = () => 'mine')),
    );
    fc.assert(
      fc.property(fc.array(change, { maxLength: 6 }), (changes) => {
        const messages = [user(long), user(long), user('Go on.')];
        for (const apply of [() => undefined, () => undefined, ...changes]) {
          apply(messages[1] as unknown as Loose);
          expect(readKey(requestKey({ messages }))).toEqual([seen({ messages }), null]);
        }
      }),
    );
  });

  it('holds what looks like the text of a key', () => {
    const [one, two] = ['a', 'b'].map((text) => requestKey(prompt(text)));
    for (const key of [one!, `${one!}${two!}`, '1"a', '{', '}n', '3"a]}', '\ud800']) {
      expect(readKey(requestKey(prompt(key)))).toEqual([seen(prompt(key)), null]);
    }
  });
});

/** What a key says: an object as its fields in a list of their own. */
function readKey(withoutBracket: string): unknown {
  const key = `{${withoutBracket}`;
  let at = 0;
  const until = (end: string, read: () => unknown): unknown[] => {
    const items: unknown[] = [];
    while (key[at] !== end) items.push(read());
    at += 1;
    return items;
  };
  const read = (): unknown => {
    const number = /[\d.e+-]+/y;
    number.lastIndex = at;
    const digits = number.exec(key)?.[0] ?? '';
    at += digits.length;
    switch (key[at++]) {
      case 'n':
        return null;
      case 't':
        return true;
      case 'f':
        return false;
      case ';':
        return Number(digits);
      case '"':
        return key.slice(at, (at += Number(digits)));
      case '[':
        return until(']', read);
      case '{':
        return { fields: until('}', () => [read(), read()]) };
      default:
        throw new Error(`no value at ${String(at - 1)} of ${key}`);
    }
  };
  const said = [read(), read()];
  expect(at).toBe(key.length);
  return said;
}

/** What a key says of a value. */
function seen(value: unknown): unknown {
  if (Array.isArray(value)) return Array.from(value, seen);
  if (typeof value === 'number' && Number.isFinite(value)) return value + 0;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value !== 'object' || value === null || 'toJSON' in value) {
    const text = JSON.stringify(value) as string | undefined;
    return text === undefined || text === 'null' ? null : seen(JSON.parse(text));
  }
  const entries = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1));
  const isOrdered = (name: string): boolean => ['schema', 'parameters', 'input'].includes(name);
  return {
    fields: entries.map(([name, field]) => [
      name,
      isOrdered(name) ? (JSON.stringify(field) ?? '') : seen(field),
    ]),
  };
}

/** The wire's view of a request, with the order of keys that nobody reads taken out. */
function sorted(asked: ChatRequest): unknown {
  const { context, ...question } = asked;
  return [inOrder(question), context?.tenant ?? null];
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, inner]) => [
      key,
      ['schema', 'parameters', 'input'].includes(key) ? inner : inOrder(inner),
    ]);
}
