import { cache, compose, requestKey, user, type ChatEvent, type ChatRequest } from 'rxllm';
import { Observable } from '../policies/rxjs.ts';
import { messagesOf } from './questions.ts';
import { timeUses } from './time-uses.ts';

const DELTAS = 30;
const TOKEN = ' token';

/** Makes an answer that is asked for again by {@link askAgain}. */
function makeAsk() {
  let calls = 0;
  const provider = () =>
    new Observable<ChatEvent>((subscriber) => {
      calls += 1;
      if (calls > 1) throw new Error('the second question was not answered by the cache');
      subscriber.next({ type: 'start', provider: 'bench' });
      for (let delta = 0; delta < DELTAS; delta += 1) {
        subscriber.next({ type: 'text-delta', text: TOKEN });
      }
      subscriber.next({ type: 'finish', reason: 'stop' });
      subscriber.complete();
    });
  return compose(provider, cache());
}

function hit(make: () => ChatRequest): Promise<number> {
  const ask = makeAsk();
  const use = (request: ChatRequest): void => {
    let length = 0;
    ask(request).subscribe((event) => {
      if (event.type === 'text-delta') length += event.text.length;
    });
    if (length !== DELTAS * TOKEN.length) throw new Error('the answer did not come at once');
  };
  use(make());
  return timeUses(make, use);
}

function key(make: () => ChatRequest, keyOf = requestKey): Promise<number> {
  return timeUses(make, (request) => {
    if (keyOf(request).length < 20) throw new Error('that is no key');
  });
}

const fresh = (texts: readonly string[]) => () => ({ messages: [...messagesOf(texts)] });

/** A conversation that goes on: what was said is the same objects, only the last message is new. */
function longer(texts: readonly string[]): () => ChatRequest {
  const said = messagesOf(texts);
  return () => ({ messages: [...said, user('Go on.')] });
}

export const library = {
  hit: (texts: readonly string[]) => hit(fresh(texts)),
  'hit again': (texts: readonly string[]) => hit(longer(texts)),
  key: (texts: readonly string[]) => key(fresh(texts)),
  stringify: (texts: readonly string[]) => key(fresh(texts), (request) => JSON.stringify(request)),
  'key again': (texts: readonly string[]) => key(longer(texts)),
};
