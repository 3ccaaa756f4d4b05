import {
  concatMap,
  exhaustMap,
  from,
  lastValueFrom,
  map,
  merge,
  mergeMap,
  of,
  Subject,
  switchMap,
  take,
  toArray,
} from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { askEach } from '../../src/combinator/ask-each';
import { failover } from '../../src/combinator/failover';
import { raceFirstToken } from '../../src/combinator/race-first-token';
import { compose, type Handler } from '../../src/handler';
import { cache } from '../../src/policy/cache';
import { limitConcurrency } from '../../src/policy/limit-concurrency';
import { retryBackoff } from '../../src/policy/retry-backoff';
import { anthropic } from '../../src/provider/anthropic/index';
import { openai } from '../../src/provider/openai/index';
import { prompt } from '../../src/request/messages';
import {
  simulator,
  type Simulator,
  type SimulatorOptions,
} from '../../src/testing/simulator/index';
import { toAnswer } from '../../src/view/to-answer';

const servers: Simulator[] = [];
async function serve(options: SimulatorOptions = {}): Promise<Simulator> {
  const server = await simulator({ answer: (question) => `Re: ${question}`, ...options });
  servers.push(server);
  return server;
}
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const gpt = ({ openai: baseURL }: Simulator): Handler =>
  openai({ name: 'gpt', model: 'gpt-5-mini', apiKey: 'any', baseURL });
const claude = ({ anthropic: baseURL }: Simulator): Handler =>
  anthropic({ name: 'claude', model: 'claude-haiku-4-5', apiKey: 'any', baseURL });
const answerTo = (ask: Handler) => (question: string) => ask(prompt(question)).pipe(toAnswer());

describe('flattening operators over a handler', () => {
  let server: Simulator;
  beforeEach(async () => {
    server = await serve({ pace: { firstToken: 20, perToken: 1 } });
  });

  it('switchMap: the newest wins, the older request is aborted at the server', async () => {
    // Only the last question is ever answered, however busy this machine is.
    const slow = await serve({
      faults: ({ question }) =>
        question === 'abc' ? undefined : { kind: 'stall', at: 'first-token' },
    });
    const typing = new Subject<string>();
    const answers = lastValueFrom(
      typing.pipe(
        switchMap(answerTo(gpt(slow))),
        map(({ text }) => text),
        toArray(),
      ),
    );
    for (const text of ['a', 'ab', 'abc']) {
      typing.next(text);
      await slow.until(({ ledger }) => ledger.calls.at(-1)?.question === text);
    }
    typing.complete();
    await expect(answers).resolves.toEqual(['Re: abc']);
    await slow.idle();
    expect(slow.ledger.calls.map(({ outcome }) => outcome)).toEqual([
      'aborted',
      'aborted',
      'completed',
    ]);
  });

  it('concatMap: one after the other', async () => {
    const answers = from(['a', 'b', 'c']).pipe(concatMap(answerTo(gpt(server))), toArray());
    expect((await lastValueFrom(answers)).map(({ text }) => text)).toEqual([
      'Re: a',
      'Re: b',
      'Re: c',
    ]);
    expect(server.ledger.totals).toMatchObject({ calls: 3, peak: 1, completed: 3 });
  });

  it('mergeMap: at most so many at once', async () => {
    const questions = Array.from({ length: 9 }, (_, n) => String(n));
    const answers = from(questions).pipe(mergeMap(answerTo(gpt(server)), 3), toArray());
    await expect(lastValueFrom(answers)).resolves.toHaveLength(9);
    expect(server.ledger.totals).toMatchObject({ calls: 9, peak: 3, completed: 9 });
  });

  it('exhaustMap: further ones are ignored while one is answered', async () => {
    const answers = of('a', 'b', 'c').pipe(exhaustMap(answerTo(gpt(server))), toArray());
    expect((await lastValueFrom(answers)).map(({ text }) => text)).toEqual(['Re: a']);
    expect(server.ledger.totals.calls).toBe(1);
  });
});

describe('policies over HTTP', () => {
  it('ten thousand who ask the same at once cause one request', async () => {
    const server = await serve({ pace: { firstToken: 100 } });
    const ask = compose(gpt(server), limitConcurrency({ max: 4 }), retryBackoff(), cache());
    const texts = new Set<string>();
    let count = 0;
    await Promise.all(
      Array.from({ length: 10_000 }, () =>
        ask(prompt('same'))
          .pipe(toAnswer())
          .forEach(({ text }) => {
            texts.add(text);
            count += 1;
          }),
      ),
    );
    expect([...texts]).toEqual(['Re: same']);
    expect(count).toBe(10_000);
    expect(server.ledger.totals.calls).toBe(1);
  });

  it('the last of those who share a request aborts it, no other does', async () => {
    const server = await serve({ pace: { firstToken: 60_000 } });
    const ask = compose(gpt(server), cache());
    const callers = [1, 2, 3].map(() => ask(prompt('same')).subscribe());
    await server.until(({ ledger }) => ledger.totals.calls === 1);
    callers.slice(0, 2).forEach((caller) => {
      caller.unsubscribe();
    });
    expect(server.ledger.totals.open).toBe(1);
    callers[2]?.unsubscribe();
    await server.until(({ ledger }) => ledger.totals.aborted === 1);
  });

  it('a limit holds as long as streams live', async () => {
    const server = await serve({ pace: { firstToken: 2, perToken: 2 } });
    const ask = compose(gpt(server), limitConcurrency({ max: 2 }));
    const calls = Array.from({ length: 12 }, (_, n) => answerTo(ask)(String(n)));
    await lastValueFrom(merge(...calls).pipe(toArray()));
    expect(server.ledger.totals).toMatchObject({ calls: 12, peak: 2, completed: 12 });
  });

  it('a race closes the socket of the loser', async () => {
    const slow = await serve({ pace: { firstToken: 60_000 } });
    const fast = await serve();
    const ask = raceFirstToken({ gpt: gpt(slow), claude: claude(fast) });
    const answer = await lastValueFrom(answerTo(ask)('who?'));
    expect(answer).toMatchObject({ text: 'Re: who?', provider: 'claude' });
    await slow.until(({ ledger }) => ledger.totals.aborted === ledger.totals.calls);
  });

  it('leaving in mid-answer is seen by the server at once', async () => {
    const server = await serve({ answer: 'one two three', pace: { perToken: 50 } });
    await lastValueFrom(gpt(server)(prompt('?')).pipe(take(2), toArray()));
    await server.until(({ ledger }) => ledger.totals.aborted === 1);
    expect(server.ledger.calls[0]?.tokens).toBeLessThan(3);
  });

  it('whatever breaks, each answer is one server’s whole answer', async () => {
    const words = 'The quick brown fox jumps over the lazy dog and runs away.';
    const kinds = ['reset', 'close', 'cut', 'error', 'malformed'] as const;
    const faults = kinds.map((kind) => ({ kind, at: 'random', probability: 0.05 }) as const);
    const broken = await serve({ answer: `GPT ${words}`, faults, seed: 3 });
    const other = await serve({ answer: `CLAUDE ${words}`, faults, seed: 4 });
    const retry = retryBackoff({ attempts: 3, base: 1, throttledBase: 1, budget: 5 });
    const ask = compose(
      failover({ gpt: compose(gpt(broken), retry), claude: compose(claude(other), retry) }),
      limitConcurrency({ max: 16 }),
    );
    const questions = Array.from({ length: 300 }, (_, n) => prompt(String(n)));
    const outcomes = await lastValueFrom(
      from(questions).pipe(askEach(ask, { concurrency: 20 }), toArray()),
    );
    expect(outcomes).toHaveLength(300);
    let attempts = 0;
    for (const outcome of outcomes) {
      expect(outcome.ok).toBe(true);
      if (!outcome.ok) continue;
      attempts += outcome.answer.attempts;
      expect([`GPT ${words}`, `CLAUDE ${words}`]).toContain(outcome.answer.text);
    }
    expect(attempts).toBeGreaterThan(330);
  });
});
