import { Observable, type OperatorFunction } from 'rxjs';
import type { ChatEvent } from '../event/chat-event';
import { operate } from '../internal/operate';

/**
 * Emits the whole text of the answer so far, each time it changes.
 *
 * ```text
 * source     S-a-b-T-c-F|
 * textSoFar  --x-y---z--|
 *            x = 'a', y = 'ab', z = 'abc'
 * ```
 *
 * For screens that show a value. A retraction empties the text, so that it is always that
 * of one attempt. Unlike `scan`, it knows what a retraction voids.
 *
 * @returns An operator from events to texts. Errors: those of the call.
 *
 * @example
 * ```ts
 * ask(prompt('What is AI?')).pipe(coalesce({ span: 50 }), textSoFar()).subscribe(render);
 * ```
 */
export function textSoFar(): OperatorFunction<ChatEvent, string> {
  return (source) =>
    new Observable((destination) => {
      let text = '';
      const show = (next: string): void => {
        if (next === text) return;
        text = next;
        destination.next(text);
      };
      source.subscribe(
        operate<ChatEvent, string>(destination, {
          next: (event) => {
            if (event.type === 'text-delta') show(text + event.text);
            // A `start` after text that nobody took back is a new attempt as well.
            else if (event.type === 'retract' || event.type === 'start') show('');
          },
        }),
      );
    });
}
