import type { Wire } from '../contenders/catalog.ts';

/**
 * How frames of chat completions are alike: but for the token; with padding of a varying length; or
 * in two forms by turns, so that none is like the one before.
 */
export type Form = 'plain' | 'padded' | 'turns';

/** How an answer comes; it is chosen in the URL, before `/v1`. */
export type Scenario =
  /** As fast as the client reads. */
  | { readonly kind: 'whole'; readonly tokens: number; readonly form: Form }
  /** The head at once, the first token after a wait, which it tells in microseconds. */
  | { readonly kind: 'first'; readonly wait: number }
  /** One token each span. */
  | { readonly kind: 'paced'; readonly tokens: number; readonly span: number }
  /** One token, and then nothing any more. */
  | { readonly kind: 'hold' };

/** The name of a scenario, as it stands in the URL. */
export function nameOf(scenario: Scenario): string {
  switch (scenario.kind) {
    case 'whole':
      return `${scenario.form}-${scenario.tokens}`;
    case 'first':
      return `first-${scenario.wait}`;
    case 'paced':
      return `paced-${scenario.tokens}-${scenario.span}`;
    case 'hold':
      return 'hold';
  }
}

function parse(name: string): Scenario | undefined {
  const [kind, ...rest] = name.split('-');
  const [first = 0, second = 0] = rest.map(Number);
  if (kind === 'plain' || kind === 'padded' || kind === 'turns') {
    return { kind: 'whole', tokens: first, form: kind };
  }
  if (kind === 'first') return { kind, wait: first };
  if (kind === 'paced') return { kind, tokens: first, span: second };
  return kind === 'hold' ? { kind } : undefined;
}

const wires: Readonly<Record<string, Wire>> = {
  'chat/completions': 'chat',
  responses: 'responses',
  messages: 'anthropic',
};

/** What a path asks for. */
export function readPath(path: string): { readonly wire: Wire; readonly scenario: Scenario } {
  const [, name = '', call = ''] = /^\/s\/([^/]+)\/v1\/([^?]+)/.exec(path) ?? [];
  const [wire, scenario] = [wires[call], parse(name)];
  if (!wire || !scenario) throw new Error(`the model server has nothing at ${path}`);
  return { wire, scenario };
}
