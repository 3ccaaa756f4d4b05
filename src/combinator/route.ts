import { LlmError } from '../error/llm-error';
import { isWord } from '../error/secrets';
import type { ChatEvent, RouteEvent } from '../event/chat-event';
import type { Handler } from '../handler';
import { begin, directHandler } from '../internal/direct-handler';
import { isChatRequest, memberEntries, type Members } from '../internal/members';
import { checkFunction } from '../internal/options';
import { routeTest, type RouteConditions } from '../internal/route-conditions';
import type { ChatRequest } from '../request/chat-request';

/** Where requests go that meet a condition. */
export interface RouteRule<Request = ChatRequest> {
  /** The member that answers. */
  readonly to: string;
  /**
   * Which requests: those of which a function says so, or that meet all conditions.
   *
   * @defaultValue all
   */
  readonly when?: ((request: Request) => boolean) | RouteConditions | undefined;
}

/** Who answers, and why. */
interface Choice {
  readonly name: string;
  readonly reason?: string;
}

/**
 * Asks the member that the request itself calls for: by rules, of which the first one that fits
 * decides, or by a function.
 *
 * ```text
 * small S-----a-F|
 * large S-bF|
 * route (1S)--a-F|
 *       1 = route to small, by rule 2: always
 * ```
 *
 * Unlike `iif`, it chooses among any number of members by name, can say which rule chose and
 * why, and finds a rule that leads nowhere when it is made, not when the first request comes.
 * It asks one member: what follows its failure is up to a `failover` or retries around it. A
 * `cache` around it tells requests apart by what they ask and their tenant alone; where you choose
 * by more of the context, give it a `key`, or put a cache into each member.
 *
 * @param select - Rules in order, or a function from a request to a member's name.
 * @param members - Handlers by name; `route` events and errors carry the names.
 * @returns A handler. Errors: those of the member; `invalid-request` when no rule fits, or the
 * function names no member; what a function of yours throws.
 *
 * @example
 * ```ts
 * const ask = route(
 *   [
 *     { to: 'claude', when: { keywords: ['code', 'TypeScript'] } },
 *     { to: 'gpt', when: { minLength: 2000 } },
 *     { to: 'gpt', when: ({ tools = [] }) => tools.length > 3 },
 *     { to: 'local' },
 *   ],
 *   {
 *     claude: anthropic({ model: 'claude-haiku-4-5' }),
 *     gpt: openai({ model: 'gpt-5-mini' }),
 *     local: ollama({ model: 'qwen3' }),
 *   },
 * );
 * ```
 */
export function route<Request = ChatRequest, Event = ChatEvent>(
  select: readonly RouteRule<Request>[] | ((request: Request) => string),
  members: Members<Request, Event>,
): Handler<Request, Event> {
  const handlers = new Map(memberEntries('route', members));
  const choose =
    typeof select === 'function' ? byName(select) : byRules(select, [...handlers.keys()]);

  return directHandler((request, destination) => {
    const choice = choose(request);
    const handler = handlers.get(choice.name);
    if (!handler) throw unknownName(choice.name, [...handlers.keys()]);
    if (isChatRequest(request)) {
      const event: RouteEvent = { type: 'route', by: 'route', ...choice };
      destination.next(event as Event);
    }
    if (!destination.closed) begin(handler, request, destination);
  });
}

function byName<Request>(select: (request: Request) => string): (request: Request) => Choice {
  return (request) => ({ name: select(request) });
}

function byRules<Request>(
  rules: readonly RouteRule<Request>[],
  names: readonly string[],
): (request: Request) => Choice {
  // Kept from narrowing, which would make the rules of any type.
  const given: unknown = rules;
  if (!Array.isArray(given)) {
    throw new TypeError(`route: select must be a list of rules or a function, got ${typeof given}`);
  }
  if (given.length === 0) throw new RangeError('route: needs at least one rule, got an empty list');
  const tests = rules.map(({ to, when }, index) => {
    const rule = `rule ${String(index + 1)}`;
    if (!names.includes(to)) {
      throw new RangeError(
        `route: ${rule} leads to '${to}', which is no member; the members are ${list(names)}`,
      );
    }
    return { name: to, rule, test: testOf(`route: ${rule}`, when) };
  });

  return (request) => {
    for (const { name, rule, test } of tests) {
      const why = test(request);
      if (why !== undefined) return { name, reason: `${rule}: ${why}` };
    }
    throw new LlmError(
      'route: no rule fits the request; add a last one without `when`, ' +
        `for example { to: '${names[0]!}' }`,
      { kind: 'invalid-request' },
    );
  };
}

/** Says why a rule fits a request; `undefined` when it does not. */
function testOf<Request>(
  rule: string,
  when: RouteRule<Request>['when'],
): (request: Request) => string | undefined {
  if (when === undefined) return () => 'always';
  if (typeof when === 'object' && when !== null) {
    const test = routeTest(rule, when);
    return (request) => (isChatRequest(request) ? test(request) : undefined);
  }
  checkFunction(rule, 'when', when);
  return (request) => (when(request) ? 'its function says so' : undefined);
}

function unknownName(name: unknown, names: readonly string[]): LlmError {
  const given = isWord(name) ? `'${name}', which is no member` : 'what is no name of a member';
  return new LlmError(
    `route: select has returned ${given}; let it return one of ${list(names)}, or add a member`,
    { kind: 'invalid-request' },
  );
}

function list(names: readonly string[]): string {
  return names.map((name) => `'${name}'`).join(', ');
}
