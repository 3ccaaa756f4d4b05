import { isDelta, type ChatEvent } from '../event/chat-event';

const silent: ReadonlySet<unknown> = new Set<ChatEvent['type']>([
  'start',
  'usage',
  'finish',
  'retry',
  'route',
  'cache',
  'wait',
  'repair',
  'degraded',
]);

/**
 * Follows one stream and tells whether something has been passed on that a new attempt
 * would say twice.
 */
export class Commitment {
  #state: 'none' | 'retractable' | 'plain' = 'none';

  /** Takes note of a value that was passed on. */
  add(value: unknown): void {
    const type = (value as { type?: unknown } | null | undefined)?.type;
    if (isDelta(value)) this.#state = 'retractable';
    else if (type === 'retract') this.#state = 'none';
    else if (!silent.has(type)) this.#state = 'plain';
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
