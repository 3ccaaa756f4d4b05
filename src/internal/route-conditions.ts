import type { ChatRequest } from '../request/chat-request';
import { spaceless } from './boundary';
import { checkNumber, checkOneOf } from './options';

/** What a request may ask for besides text. */
export type RouteCapability = 'tools' | 'images' | 'files' | 'json' | 'reasoning';

/** What a request's context may say. */
export type RouteContext = 'tenant' | 'session' | 'labels' | 'priority' | 'deadline';

const capabilities: readonly RouteCapability[] = ['tools', 'images', 'files', 'json', 'reasoning'];
const contextFields: readonly RouteContext[] = [
  'tenant',
  'session',
  'labels',
  'priority',
  'deadline',
];

/** Conditions on a chat request, all of which must hold; no other request meets any. */
export interface RouteConditions {
  /** The least number of characters (code points) in the text of all messages. */
  readonly minLength?: number | undefined;
  /** The most characters (code points) in the text of all messages. */
  readonly maxLength?: number | undefined;
  /** Labels that the request's context must have, with these values. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /**
   * Words of which one must occur in what the user says, in any case: 'code' is in "Code!", not
   * in "decode". A word of a script without spaces may stand anywhere.
   */
  readonly keywords?: readonly string[] | undefined;
  /** What the request must ask for or bring along. */
  readonly needs?: readonly RouteCapability[] | undefined;
  /** What the request's context must say. */
  readonly context?: readonly RouteContext[] | undefined;
}

/** Says in the words of the rule why a request meets a condition; `undefined` when it doesn't. */
export type RouteTest = (request: ChatRequest) => string | undefined;

type Makers = {
  readonly [Name in keyof RouteConditions]-?: (
    rule: string,
    value: NonNullable<RouteConditions[Name]>,
  ) => RouteTest;
};

const makers: Makers = {
  minLength: (rule, least) => {
    checkNumber(rule, 'minLength', least, { integer: true });
    return (request) => when(lengthOf(request) >= least, `minLength ${String(least)}`);
  },
  maxLength: (rule, most) => {
    checkNumber(rule, 'maxLength', most, { integer: true });
    return (request) => when(lengthOf(request) <= most, `maxLength ${String(most)}`);
  },
  labels: (rule, labels) => {
    const entries = Object.entries(labels);
    const said = entries.map(([name, value]) => `${name}=${value}`);
    checkList(rule, 'labels', said);
    return ({ context }) => {
      const given = new Map(Object.entries(context?.labels ?? {}));
      const all = entries.every(([name, value]) => given.get(name) === value);
      return when(all, `labels ${said.join(', ')}`);
    };
  },
  keywords: (rule, keywords) => {
    checkList(rule, 'keywords', keywords);
    const patterns = keywords.map((keyword) => [keyword, wholeWord(keyword)] as const);
    return (request) => {
      const texts = textsOf(request, ['user']).map((text) => text.normalize());
      const found = patterns.find(([, pattern]) => texts.some((text) => pattern.test(text)));
      return found && `keywords ${quote([found[0]])}`;
    };
  },
  needs: (rule, needs) => {
    checkList(rule, 'needs', needs, capabilities);
    return (request) =>
      when(
        needs.every((need) => uses[need](request)),
        `needs ${quote(needs)}`,
      );
  },
  context: (rule, fields) => {
    checkList(rule, 'context', fields, contextFields);
    return ({ context = {} }) =>
      when(
        fields.every((field) => context[field] !== undefined),
        `context ${quote(fields)}`,
      );
  },
};

const uses: Readonly<Record<RouteCapability, (request: ChatRequest) => boolean>> = {
  tools: ({ tools = [] }) => tools.length > 0,
  images: (request) => partTypes(request).includes('image'),
  files: (request) => partTypes(request).includes('file'),
  json: ({ output }) => output !== undefined,
  reasoning: ({ reasoning }) => reasoning !== undefined && reasoning.effort !== 'none',
};

/** Makes one test of a rule's conditions; refuses those that it doesn't know. */
export function routeTest(rule: string, conditions: RouteConditions): RouteTest {
  const names = Object.keys(makers);
  const tests = Object.entries(conditions).flatMap(([name, value]) => {
    checkOneOf(rule, 'a condition', name, names);
    if (value === undefined) return [];
    return [
      (makers[name as keyof Makers] as (rule: string, value: unknown) => RouteTest)(rule, value),
    ];
  });
  return (request) => {
    const reasons: string[] = [];
    for (const test of tests) {
      const reason = test(request);
      if (reason === undefined) return undefined;
      reasons.push(reason);
    }
    return reasons.length > 0 ? reasons.join(', ') : 'always';
  };
}

function when(holds: boolean, reason: string): string | undefined {
  return holds ? reason : undefined;
}

function quote(words: readonly string[]): string {
  return words.map((word) => `'${word}'`).join(', ');
}

function checkList(
  rule: string,
  option: string,
  list: readonly string[],
  allowed?: readonly string[],
): void {
  const words =
    Array.isArray(list) && list.every((word) => typeof word === 'string' && word !== '');
  if (!words || list.length === 0) {
    throw new TypeError(
      `${rule}: ${option} must be at least one word, got ${JSON.stringify(list)}`,
    );
  }
  if (allowed) for (const word of list) checkOneOf(rule, option, word, allowed);
}

// A letter, a digit or a mark makes the word next to it a longer one, but for such as 语.
const inWord = `(?!${spaceless.source})[\\p{L}\\p{N}\\p{M}_]`;

function wholeWord(keyword: string): RegExp {
  const word = keyword.normalize();
  const characters = [...word];
  // Next to a sign, as at the end of "C++", anything may stand.
  const before = isInWord(characters[0]) ? `(?<!${inWord})` : '';
  const after = isInWord(characters.at(-1)) ? `(?!${inWord})` : '';
  return new RegExp(before + word.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&') + after, 'iu');
}

function isInWord(character = ''): boolean {
  return new RegExp(inWord, 'u').test(character);
}

function textsOf({ messages }: ChatRequest, roles?: readonly string[]): readonly string[] {
  return messages
    .filter(({ role }) => roles?.includes(role) ?? true)
    .flatMap(({ content }) => {
      if (typeof content === 'string') return [content];
      return content.flatMap((part) => (part.type === 'text' ? [part.text] : []));
    });
}

function lengthOf(request: ChatRequest): number {
  const pairs = /[\uD800-\uDBFF][\uDC00-\uDFFF]/g;
  return textsOf(request).reduce(
    (sum, text) => sum + text.length - (text.match(pairs)?.length ?? 0),
    0,
  );
}

function partTypes({ messages }: ChatRequest): readonly string[] {
  return messages.flatMap(({ content }) =>
    typeof content === 'string' ? [] : content.map(({ type }) => type),
  );
}
