import { Observable } from 'rxjs';
import type { ChatEvent } from '../event/chat-event';
import type { Handler } from '../handler';
import { exhausted, memberEntries, type Members } from '../internal/members';
import { Race } from '../internal/race';
import type { ChatRequest } from '../request/chat-request';

/**
 * Asks all members at once; the first one that says something answers, the others are
 * aborted.
 *
 * ```text
 * gpt             --S------a-b
 * claude          S--c----dF|
 * raceFirstToken  ---(2Sc)dF|
 *                 2 = route to claude, with gpt as its loser
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
      const race = new Race<Request, Event>({
        by: 'raceFirstToken',
        request,
        destination,
        onLoss: () => {
          const { failures } = race;
          if (failures.length < entries.length) return;
          race.giveUp(() => destination.error(exhausted('raceFirstToken', failures)));
        },
      });
      for (const [name, handler] of entries) {
        // A member that answered at once has decided the race, or the consumer has left.
        if (race.over) break;
        race.enter(name, handler);
      }
    });
}
