import { describe, expect, it } from 'vitest';
import { routeTest, type RouteConditions } from '../../src/internal/route-conditions';
import { assistant, prompt, system, toolResult, user } from '../../src/request/messages';
import type { ChatRequest } from '../../src/request/chat-request';

const why = (conditions: RouteConditions, request: ChatRequest): string | undefined =>
  routeTest('route: rule 1', conditions)(request);
const image = { type: 'image', image: 'https://example.com/a.png' } as const;
const file = { type: 'file', file: 'aGk=', mediaType: 'application/pdf' } as const;
const text = (words: string) => ({ type: 'text', text: words }) as const;

describe('the length', () => {
  const talk: ChatRequest = {
    messages: [
      system('ab'),
      user([text('cd'), image, text('e')]),
      assistant('f', [{ id: '1', name: 'a long name', input: 'a long input' }]),
      toolResult({ id: '1', name: 'a long name' }, 'gh'),
    ],
  };

  it.each<[string, ChatRequest, number]>([
    ['counts the text of all messages, and nothing else', talk, 8],
    ['counts code points', prompt('a😀é👩‍💻'), 6],
    ['counts halves of pairs, which are none', prompt('\uD800a\uDC00'), 3],
    ['may be nothing', prompt(''), 0],
  ])('%s', (_, request, length) => {
    expect(why({ minLength: length }, request)).toBe(`minLength ${String(length)}`);
    expect(why({ minLength: length + 1 }, request)).toBeUndefined();
    expect(why({ maxLength: length }, request)).toBe(`maxLength ${String(length)}`);
    if (length > 0) expect(why({ maxLength: length - 1 }, request)).toBeUndefined();
  });
});

describe('keywords', () => {
  it.each([
    ['code', 'Write code!', true],
    ['code', 'CODE', true],
    ['Code', 'code', true],
    ['code', 'decode', false],
    ['code', 'barcodes', false],
    ['code', 'code2', false],
    ['code', 'my_code', false],
    ['code', 'source-code', true],
    ['code', 'first\ncode\tthen', true],
    ['code', '«code»', true],
    ['code', 'écode', false],
    ['code', 'code\u0301', false],
    ['code', 'decode the code', true],
    ['pull request', 'a Pull Request of mine', true],
    ['été', "L'ÉTÉ", true],
    ['été', 'e\u0301te\u0301', true],
    ['e\u0301te\u0301', 'été', true],
    ['über', 'ÜBER', true],
    ['über', 'darüber', false],
    ['код', 'Код!', true],
    ['код', 'кодекс', false],
    ['C++', 'in C++, please', true],
    ['C++', 'c++11', true],
    ['C++', 'ABC++', false],
    ['.*', 'anything', false],
    ['a.b', 'axb', false],
    ['[x]|y', 'y', false],
    ['代码', '写代码吧', true],
    ['code', '写code吧', true],
    ['コード', 'コードを書く', true],
    ['AI', 'said', false],
    ['constructor', 'nothing', false],
  ])('%s in %s: %s', (keyword, said, found) => {
    const reason = why({ keywords: [keyword] }, prompt(said));
    expect(reason).toBe(found ? `keywords '${keyword}'` : undefined);
  });

  it('one is enough, and the reason names it in the words of the rule', () => {
    expect(why({ keywords: ['analyse', 'Complex'] }, prompt('too COMPLEX'))).toBe(
      "keywords 'Complex'",
    );
  });

  it('are looked for in what the user says, in all its parts, and nowhere else', () => {
    const keywords = ['code'];
    const others = [system('code'), assistant('code'), toolResult({ id: '1', name: 'a' }, 'code')];
    expect(why({ keywords }, { messages: [...others, user('hi')] })).toBeUndefined();
    expect(
      why({ keywords }, { messages: [user([image, text('code')]), user('hi')] }),
    ).toBeDefined();
    expect(why({ keywords }, { messages: [user([text('co'), text('de')])] })).toBeUndefined();
  });

  it('are found each time anew', () => {
    const test = routeTest('route: rule 1', { keywords: ['code'] });
    expect([1, 2, 3].map(() => test(prompt('the code')))).not.toContain(undefined);
  });

  it('take no longer for a text that is made to take long', () => {
    const startedAt = performance.now();
    expect(why({ keywords: ['aaaaaaaaab'] }, prompt('a'.repeat(100_000)))).toBeUndefined();
    expect(performance.now() - startedAt).toBeLessThan(1000);
  });
});

describe('labels', () => {
  const labels = (given: Record<string, string>) => prompt('?', { context: { labels: given } });

  it.each<[Record<string, string>, ChatRequest, boolean]>([
    [{ tier: 'gold' }, labels({ tier: 'gold', other: 'x' }), true],
    [{ tier: 'gold' }, labels({ tier: 'silver' }), false],
    [{ tier: 'gold', team: 'a' }, labels({ tier: 'gold' }), false],
    [{ tier: 'gold', team: 'a' }, labels({ team: 'a', tier: 'gold' }), true],
    [{ tier: 'gold' }, labels({}), false],
    [{ tier: 'gold' }, prompt('?'), false],
    [{ constructor: 'x' }, labels({}), false],
  ])('%o', (wanted, request, met) => {
    const said = Object.entries(wanted).map((entry) => entry.join('='));
    expect(why({ labels: wanted }, request)).toBe(met ? `labels ${said.join(', ')}` : undefined);
  });
});

describe('needs', () => {
  const tools = [{ name: 'weather' }];
  const output = { schema: { type: 'object' } };

  it.each<[RouteConditions['needs'], ChatRequest, boolean]>([
    [['tools'], prompt('?', { tools }), true],
    [['tools'], prompt('?', { tools: [] }), false],
    [['tools'], prompt('?'), false],
    [['images'], { messages: [user([text('?'), image])] }, true],
    [['images'], { messages: [user([text('?'), file])] }, false],
    [['files'], { messages: [user([file]), user('?')] }, true],
    [['files'], prompt('?'), false],
    [['json'], prompt('?', { output }), true],
    [['json'], prompt('?'), false],
    [['reasoning'], prompt('?', { reasoning: { effort: 'low' } }), true],
    [['reasoning'], prompt('?', { reasoning: { maxTokens: 9 } }), true],
    [['reasoning'], prompt('?', { reasoning: { effort: 'none' } }), false],
    [['reasoning'], prompt('?'), false],
    [['tools', 'json'], prompt('?', { tools, output }), true],
    [['tools', 'json'], prompt('?', { tools }), false],
  ])('%o', (needs, request, met) => {
    const said = needs!.map((need) => `'${need}'`).join(', ');
    expect(why({ needs }, request)).toBe(met ? `needs ${said}` : undefined);
  });
});

it.each<[RouteConditions['context'], ChatRequest, string | undefined]>([
  [['tenant'], prompt('?', { context: { tenant: 'a' } }), "context 'tenant'"],
  [['tenant'], prompt('?', { context: { session: 'a' } }), undefined],
  [['tenant'], prompt('?'), undefined],
  [
    ['session', 'priority'],
    prompt('?', { context: { session: '', priority: 0 } }),
    "context 'session', 'priority'",
  ],
  [['session', 'deadline'], prompt('?', { context: { session: 'a' } }), undefined],
])('context: %o', (context, request, reason) => {
  expect(why({ context }, request)).toBe(reason);
});

describe('several conditions', () => {
  const all: RouteConditions = {
    minLength: 2,
    maxLength: 4,
    keywords: ['code'],
    labels: { tier: 'gold' },
    needs: ['json'],
    context: ['tenant'],
  };
  const request = prompt('code', {
    output: { schema: {} },
    context: { tenant: 'a', labels: { tier: 'gold' } },
  });

  it('must all hold, and are all in the reason, in their order', () => {
    expect(why(all, request)).toBe(
      "minLength 2, maxLength 4, keywords 'code', labels tier=gold, needs 'json', context 'tenant'",
    );
  });

  it.each<Partial<RouteConditions>>([
    { minLength: 5 },
    { maxLength: 3 },
    { keywords: ['prose'] },
    { labels: { tier: 'silver' } },
    { needs: ['tools'] },
    { context: ['session'] },
  ])('one that does not hold is enough: %o', (broken) => {
    expect(why({ ...all, ...broken }, request)).toBeUndefined();
  });

  it('none is no condition; nor is one that is undefined', () => {
    expect(why({}, request)).toBe('always');
    expect(why({ keywords: undefined }, request)).toBe('always');
  });
});

describe('routeTest', () => {
  it.each<[object, typeof Error, string]>([
    [{ minLength: -1 }, RangeError, 'minLength must be a whole number of at least 0, got -1'],
    [{ maxLength: 1.5 }, RangeError, 'maxLength must be a whole number of at least 0, got 1.5'],
    [{ maxLength: '5' }, TypeError, 'maxLength must be a number, got string'],
    [{ keywords: [] }, TypeError, 'keywords must be at least one word, got []'],
    [{ keywords: 'code' }, TypeError, 'keywords must be at least one word, got "code"'],
    [{ keywords: ['code', ''] }, TypeError, 'keywords must be at least one word, got ["code",""]'],
    [{ labels: {} }, TypeError, 'labels must be at least one word, got []'],
    [{ needs: [] }, TypeError, 'needs must be at least one word, got []'],
    [
      { needs: ['tool'] },
      TypeError,
      "needs must be one of 'tools', 'images', 'files', 'json', 'reasoning', got tool",
    ],
    [
      { context: ['user'] },
      TypeError,
      "context must be one of 'tenant', 'session', 'labels', 'priority', 'deadline', got user",
    ],
    [
      { keyword: ['code'] },
      TypeError,
      "a condition must be one of 'minLength', 'maxLength', 'labels', 'keywords', 'needs', 'context', got keyword",
    ],
  ])('refuses %o', (conditions, type, message) => {
    expect(() => routeTest('route: rule 3', conditions)).toThrow(
      new type(`route: rule 3: ${message}`),
    );
  });
});
