import { defer, Observable, type Subscriber } from 'rxjs';
import { LlmError } from '../error/llm-error';
import type { ChatEvent, FinishEvent } from '../event/chat-event';
import type { Handler } from '../handler';
import { Commitment } from '../internal/commit';
import { exhausted, isChatRequest, memberEntries, type Members } from '../internal/members';
import { operate } from '../internal/operate';
import type { ChatRequest } from '../request/schema';

/**
 * Asks all members at once; the first one that says something answers, the others are
 * aborted.
 *
 * ```text
 * gpt             --S------a-b
 * claude          S--c----dF|
 * raceFirstToken  ---(2Sc)dF|
 *                 2 = route to claude
 * ```
 *
 * Unlike `race`, which the first notification decides, the first *output* wins: an error
 * never does, nor an empty end, and a `start` alone proves nothing. What the winner sent
 * before its output is passed on when it wins. A finish that says why there is no output
 * (a refusal, say) is passed on when no other member has any.
 *
 * @param members - Handlers by name; `route` events and errors carry the names.
 * @returns A handler. Errors: those of the winner after its first output; `exhausted`,
 * with `errors`, when all members have failed.
 *
 * @example
 * ```ts
 * const ask = raceFirstToken({ gpt: openai({ model: 'gpt-5-mini' }), local: ollama({ model: 'qwen3' }) });
 * ```
 */
export function raceFirstToken<Request = ChatRequest, Event = ChatEvent>(
  members: Members<Request, Event>,
): Handler<Request, Event> {
  const entries = memberEntries('raceFirstToken', members);

  return (request) =>
    new Observable((destination) => {
      const racers = new Set<Subscriber<Event>>();
      const failures = new Map<string, unknown>();
      let reserve: (() => void) | undefined;
      let won = false;

      const lose = (name: string, error: unknown): void => {
        failures.set(name, error);
        if (failures.size < entries.length) return;
        if (reserve) reserve();
        else destination.error(exhausted('raceFirstToken', inOrder(entries, failures)));
      };

      const enter = (name: string, handler: Handler<Request, Event>): void => {
        const held: Event[] = [];
        const committed = new Commitment();
        let winner = false;

        const win = (): void => {
          won = winner = true;
          for (const racer of racers) if (racer !== self) racer.unsubscribe();
          if (isChatRequest(request)) {
            destination.next({ type: 'route', by: 'raceFirstToken', name } as Event);
          }
          for (const value of held) destination.next(value);
          held.length = 0;
        };

        const self = operate<Event, Event>(destination, {
          next: (value) => {
            if (winner) {
              destination.next(value);
              return;
            }
            held.push(value);
            committed.add(value);
            if (committed.made) win();
          },
          error: (error) => {
            if (winner) destination.error(error);
            else lose(name, error);
          },
          complete: () => {
            if (winner) {
              destination.complete();
              return;
            }
            if (endsForReason(held.at(-1))) {
              reserve ??= () => {
                win();
                destination.complete();
              };
            }
            lose(name, empty(name));
          },
        });
        racers.add(self);
        defer(() => handler(request)).subscribe(self);
      };

      for (const [name, handler] of entries) {
        // A member that answered at once has decided the race, or the consumer has left.
        if (won || destination.closed) break;
        enter(name, handler);
      }
    });
}

function inOrder(
  entries: readonly (readonly [string, unknown])[],
  failures: ReadonlyMap<string, unknown>,
): { name: string; error: unknown }[] {
  return entries.map(([name]) => ({ name, error: failures.get(name) }));
}

// `stop` with nothing said is the empty answer of a server in trouble.
function endsForReason(last: unknown): boolean {
  const finish = last as FinishEvent | undefined;
  return finish?.type === 'finish' && !['stop', 'unknown'].includes(finish.reason);
}

function empty(name: string): LlmError {
  return new LlmError(`raceFirstToken: ${name} ended without any output`, {
    kind: 'truncated',
    provider: name,
  });
}
