import { Observable, type OperatorFunction } from 'rxjs';
import { LlmError } from '../error/llm-error';
import type { ChatEvent } from '../event/chat-event';
import { operate } from '../internal/operate';

/**
 * Passes on the text of the answer, piece by piece, and nothing else.
 *
 * ```text
 * source      S-a-b-T-F|
 * textDeltas  --a-b----|
 *             T = a tool call
 * ```
 *
 * For what can only append: a terminal, a socket, a file. It can't take back what it has
 * passed on, so a retraction after text, or a new beginning as of RxJS's `retry`, is an error;
 * for screens, use {@link textSoFar}.
 *
 * @returns An operator from events to pieces of text.
 * Errors: those of the call; `retracted` when text was passed on and then retracted.
 *
 * @example
 * ```ts
 * ask(prompt('What is AI?')).pipe(textDeltas()).subscribe((text) => process.stdout.write(text));
 * ```
 */
export function textDeltas(): OperatorFunction<ChatEvent, string> {
  return (source) =>
    new Observable((destination) => {
      let passed = false;
      source.subscribe(
        operate<ChatEvent, string>(destination, {
          next: (event) => {
            if (event.type === 'text-delta') {
              passed ||= event.text !== '';
              destination.next(event.text);
            } else if (passed && (event.type === 'retract' || event.type === 'start')) {
              throw new LlmError(
                'textDeltas: text that was passed on has been retracted; use textSoFar, ' +
                  "or afterOutput: 'error' in the policies below",
                { kind: 'retracted' },
              );
            }
          },
        }),
      );
    });
}
