import {
  adaptConcurrency,
  admission,
  cache,
  circuitBreaker,
  compose,
  cooldown,
  deadlines,
  failover,
  hedge,
  limitConcurrency,
  limitRate,
  loadBalance,
  prompt,
  raceFirstToken,
  retryBackoff,
  standard,
  type ChatEvent,
  type ChatRequest,
  type Handler,
  type Policy,
} from 'rxllm';
import { calls, keep, ROOM, TOKEN, type Guard, type Library, type Run } from './guard.ts';
import { NEVER, Observable, tap } from './rxjs.ts';

// So many that nothing ever waits.
const PLENTY = 1e12;

let deltas = 0;
let asked = 0;

/** Answers at once, with fresh events, as a decoder does. */
const provider: Handler = () =>
  new Observable<ChatEvent>((subscriber) => {
    subscriber.next({ type: 'start', provider: 'bench', model: 'bench' });
    for (let index = 0; index < deltas; index += 1) {
      subscriber.next({ type: 'text-delta', text: TOKEN });
    }
    if (calls.held) {
      keep(subscriber);
      return;
    }
    subscriber.next({
      type: 'finish',
      reason: 'stop',
      rawReason: 'stop',
      usage: { inputTokens: 10, outputTokens: deltas, totalTokens: 10 + deltas },
    });
    subscriber.complete();
  });

let seen = 0;
const see = (): void => {
  seen += 1;
};

/** A member that never says anything. */
const silent: Handler = () => NEVER;

function runOf(ask: Handler, request: () => ChatRequest): Run {
  return (wanted) => {
    deltas = wanted;
    let length = 0;
    let ended = false;
    ask(request()).subscribe({
      next: (event) => {
        if (event.type === 'text-delta') length += event.text.length;
      },
      complete: () => {
        ended = true;
      },
    });
    if (!ended && !calls.held) throw new Error('the answer did not come at once');
    return length;
  };
}

const sameQuestion = () => `What is AI, in ${String(deltas)} tokens?`;

function guardOf(ask: Handler, question = sameQuestion): Guard {
  const request = () => prompt(question());
  return { bare: runOf(provider, request), guarded: runOf(ask, request), streams: true };
}

const policy = (made: Policy) => () => guardOf(compose(provider, made));
// Nothing that was asked before, so that no answer is kept for it.
const newQuestion = () => `What is ${String((asked += 1))}?`;
const places = { limitConcurrency: { max: ROOM } };
const limits = { requests: PLENTY, tokens: PLENTY };
const times = { connect: 10_000, firstToken: 30_000, idle: 30_000 };

export const library: Library = {
  retryBackoff: policy(retryBackoff()),
  circuitBreaker: policy(circuitBreaker()),
  deadlines: policy(deadlines({ ...times, total: 120_000 })),
  limitConcurrency: policy(limitConcurrency({ max: ROOM })),
  adaptConcurrency: policy(adaptConcurrency({ initial: ROOM, max: ROOM })),
  admission: policy(admission({ maxInFlight: ROOM })),
  limitRate: policy(limitRate({ requests: PLENTY })),
  'limitRate, tokens too': policy(limitRate(limits)),
  cooldown: policy(cooldown()),
  failover: () => guardOf(failover({ first: provider, second: silent })),
  loadBalance: () => guardOf(loadBalance({ first: provider, second: provider })),
  hedge: () => guardOf(hedge({ first: provider, second: silent })),
  raceFirstToken: () => guardOf(raceFirstToken({ first: silent, second: provider })),
  'cache, miss': () => guardOf(compose(provider, cache()), newQuestion),
  'cache, hit': policy(cache()),
  'own policy': policy((next) => (request) => next(request).pipe(tap(see))),
  standard: () => guardOf(standard({ gpt: provider }, places)),
  'standard with all layers': () => {
    const layers = { ...places, limitRate: limits, admission: { maxInFlight: ROOM }, cache: {} };
    return guardOf(standard({ gpt: provider }, layers), newQuestion);
  },
};
