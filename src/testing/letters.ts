import type { ChatEvent } from '../event/chat-event';
import { finish, retract, start, textDelta, toolCall } from './events';

/** Why a time in a diagram may be taken for letters. */
export const TIME_HINT = "a time needs a space before and after it: 'a 5ms b'";

/** What letters of a diagram stand for. */
export type MarbleValues = Readonly<Record<string, unknown>>;

/** The event that a letter stands for by default, if it stands for one. */
export function letterEvent(letter: string): ChatEvent | undefined {
  if (/^[a-z]$/.test(letter)) return textDelta(letter);
  switch (letter) {
    case 'S':
      return start();
    case 'F':
      return finish();
    case 'R':
      return retract();
    case 'T':
      return toolCall('tool');
    default:
      return undefined;
  }
}

/**
 * The values of a chat diagram: the given ones, then the default letters.
 *
 * @example
 * ```ts
 * marbles(({ hot, expectObservable }) => {
 *   const answer$ = hot('S-a-b-F|', eventValues());
 *   expectObservable(answer$.pipe(textDeltas())).toBe('--a-b--|');
 * });
 * ```
 */
export function eventValues(values: MarbleValues = {}): Record<string, ChatEvent> {
  return new Proxy(values, {
    get: (own, letter) => {
      if (typeof letter !== 'string' || letter in own) return Reflect.get(own, letter) as unknown;
      const event = letterEvent(letter);
      if (event !== undefined) return event;
      throw new Error(
        `marbles: '${letter}' stands for nothing; by default letters are a-z (text), S (start), ` +
          `F (finish), R (retract) and T (a tool call): give it a value` +
          (/^[0-9]$/.test(letter) ? `; ${TIME_HINT}` : ''),
      );
    },
  }) as Record<string, ChatEvent>;
}
