import { isDelta, type ChatEvent } from '../event/chat-event';

// Events that may be said twice, each with a field that tells it from a foreign value of the
// same type: a stream of any values may be retried too.
const silent = new Map<unknown, string>(
  Object.entries({
    start: 'provider',
    usage: 'usage',
    finish: 'reason',
    retry: 'attempt',
    route: 'name',
    cache: 'status',
    wait: 'ahead',
    repair: 'attempt',
    degraded: 'by',
    'keep-alive': 'type',
  } satisfies Partial<Record<ChatEvent['type'], string>>),
);

const fromServer: readonly unknown[] = ['start', 'usage', 'finish'];

/** Tells what the pipeline says of itself, as `wait` and `retry` do, from what a server says. */
export function isNotice(value: unknown): boolean {
  const { type } = Object(value) as { type?: unknown };
  return !fromServer.includes(type) && hasMark(value, type);
}

/**
 * Follows one stream and tells whether something has been passed on that a new attempt
 * would say twice.
 */
export class Commitment {
  #state: 'none' | 'retractable' | 'plain' = 'none';

  /** Takes note of a value that was passed on. */
  add(value: unknown): void {
    // No `retract` takes back a plain value.
    if (this.#state === 'plain') return;
    const type = (value as { type?: unknown } | null | undefined)?.type;
    if (isDelta(value)) this.#state = 'retractable';
    else if (type === 'retract') this.#state = 'none';
    else if (!hasMark(value, type)) this.#state = 'plain';
  }

  /** Whether output has been passed on. */
  get made(): boolean {
    return this.#state !== 'none';
  }

  /** Whether the output was chat events, which a `retract` can take back. */
  get retractable(): boolean {
    return this.#state === 'retractable';
  }
}

function hasMark(value: unknown, type: unknown): boolean {
  return Object.hasOwn(Object(value) as object, silent.get(type) ?? '');
}
