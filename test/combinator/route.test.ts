import { NEVER, Observable, of, take } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { route, type RouteRule } from '../../src/combinator/route';
import type { LlmError } from '../../src/error/llm-error';
import type { RouteEvent } from '../../src/event/chat-event';
import type { Handler } from '../../src/handler';
import { prompt } from '../../src/request/messages';
import type { ChatRequest } from '../../src/request/chat-request';
import { answerEvents } from '../../src/testing/index';
import { watch } from '../support/watch';

const answering =
  (text: string): Handler =>
  () =>
    of(...answerEvents(text));
const members = { small: answering('small'), large: answering('large'), coder: answering('coder') };

/** Who answered a request, and why. */
const routed = (
  select: readonly RouteRule[] | ((request: ChatRequest) => string),
  request: ChatRequest = prompt('question'),
) => {
  const { values, end } = watch(route(select, members)(request));
  const event = values[0] as RouteEvent | undefined;
  if (event) expect(values.slice(1)).toEqual(answerEvents(event.name));
  return { event, end };
};
const why = (...given: Parameters<typeof routed>): string | undefined =>
  routed(...given).event?.reason;

describe('the rules of route', () => {
  const rules: readonly RouteRule[] = [
    { to: 'coder', when: { keywords: ['code'] } },
    { to: 'large', when: { minLength: 20 } },
    { to: 'large', when: ({ tools = [] }) => tools.length > 0 },
    { to: 'small' },
  ];

  it.each([
    [prompt('code'), 'coder', "rule 1: keywords 'code'"],
    [prompt('decode'), 'small', 'rule 4: always'],
    [prompt('a long and winding code'), 'coder', "rule 1: keywords 'code'"],
    [prompt('a long and winding road'), 'large', 'rule 2: minLength 20'],
    [prompt('?', { tools: [{ name: 'a' }] }), 'large', 'rule 3: its function says so'],
    [prompt('?'), 'small', 'rule 4: always'],
  ])('the first that fits decides: case %#', (request, name, reason) => {
    expect(routed(rules, request).event).toEqual({ type: 'route', by: 'route', name, reason });
  });

  it('several may lead to one member, and a member may have none', () => {
    expect(why([{ to: 'small' }, { to: 'small' }])).toBe('rule 1: always');
  });

  it('say nothing of the request but what the rule says', () => {
    const secret = prompt('my code is 1234');
    expect(JSON.stringify(routed(rules, secret).event)).not.toContain('1234');
  });

  it('none fits: the error says what to add', () => {
    const { end, event } = routed(rules.slice(0, 3), prompt('secret'));
    expect(event).toBeUndefined();
    const { error } = end as { error: LlmError };
    expect(error).toMatchObject({ kind: 'invalid-request', retryable: false, failover: false });
    expect(error.message).toBe(
      "route: no rule fits the request; add a last one without `when`, for example { to: 'small' }",
    );
  });

  it('are asked anew for each call, on subscribe', () => {
    const when = vi.fn(() => true);
    const ask = route([{ to: 'small', when }], members);
    const call = ask(prompt('?'));
    expect(when).not.toHaveBeenCalled();
    watch(call);
    watch(call);
    expect(when).toHaveBeenCalledTimes(2);
  });

  it('take nobody else’s word: only the members have names', () => {
    expect(() => route([{ to: 'constructor' }], members)).toThrow(RangeError);
    expect(routed(() => 'constructor').end).toHaveProperty('error.kind', 'invalid-request');
  });

  it.each<[unknown, typeof Error, string]>([
    [
      [{ to: 'small' }, { to: 'claud' }],
      RangeError,
      "rule 2 leads to 'claud', which is no member; the members are 'small', 'large', 'coder'",
    ],
    [
      [{}],
      RangeError,
      "rule 1 leads to 'undefined', which is no member; the members are 'small', 'large', 'coder'",
    ],
    [[], RangeError, 'needs at least one rule, got an empty list'],
    ['small', TypeError, 'select must be a list of rules or a function, got string'],
    [undefined, TypeError, 'select must be a list of rules or a function, got undefined'],
    [[{ to: 'small', when: true }], TypeError, 'rule 1: when must be a function, got boolean'],
    [[{ to: 'small', when: null }], TypeError, 'rule 1: when must be a function, got object'],
    [
      [{ to: 'small' }, { to: 'small', when: { maxLength: -1 } }],
      RangeError,
      'rule 2: maxLength must be a whole number of at least 0, got -1',
    ],
  ])('refuses %o', (select, type, message) => {
    expect(() => route(select as never, members)).toThrow(new type(`route: ${message}`));
  });
});

describe('the function of route', () => {
  it('names the member, without a reason', () => {
    const { event } = routed(({ messages }) => (messages.length === 1 ? 'large' : 'small'));
    expect(event).toEqual({ type: 'route', by: 'route', name: 'large' });
  });

  it.each([
    ['claud', "'claud', which is no member"],
    [undefined, 'what is no name of a member'],
    ['a prompt, or a part of one', 'what is no name of a member'],
  ])('that returns %o fails the call', (name, what) => {
    const { error } = routed(() => name as string).end as { error: LlmError };
    expect(error.kind).toBe('invalid-request');
    expect(error.message).toBe(
      `route: select has returned ${what}; let it return one of 'small', 'large', 'coder', or add a member`,
    );
  });

  it('that throws fails the call with that', () => {
    const thrown = new Error('mine');
    const select = (): never => {
      throw thrown;
    };
    expect(routed(select).end).toEqual({ error: thrown });
  });
});

describe('route', () => {
  it('refuses a record without handlers', () => {
    expect(() => route([{ to: 'a' }], {})).toThrow('route: needs at least one member');
    expect(() => route([{ to: 'a' }], { a: NEVER as never })).toThrow("route: member 'a' must be");
  });

  it('asks nobody when the caller leaves on hearing who would answer', () => {
    const asked = vi.fn(answering('a'));
    watch(route([{ to: 'a' }], { a: asked })(prompt('?')).pipe(take(1)));
    expect(asked).not.toHaveBeenCalled();
  });

  it('ends, though what is torn down with the answer throws', () => {
    const boom: Handler = () =>
      new Observable((subscriber) => {
        subscriber.add(() => {
          throw new Error('torn down');
        });
        for (const event of answerEvents('a')) subscriber.next(event);
        subscriber.complete();
      });
    const { values, end } = watch(route([{ to: 'a' }], { a: boom })(prompt('?')));
    expect(values.slice(1)).toEqual(answerEvents('a'));
    expect(end).toBe('complete');
  });

  it('routes requests of another type by functions, without notices', () => {
    const rules: readonly RouteRule<string>[] = [
      { to: 'long', when: { minLength: 0 } },
      { to: 'long', when: (text) => text.length > 3 },
      { to: 'short' },
    ];
    const ask = route<string, number>(rules, { long: () => of(2), short: () => of(1) });
    expect(watch(ask('abcd')).values).toEqual([2]);
    expect(watch(ask('abc')).values).toEqual([1]);
    expect(watch(ask('abc')).end).toBe('complete');
  });
});
