import { setImmediate } from 'node:timers/promises';
import { lastValueFrom, of } from 'rxjs';
import { coalesce, openai, prompt, standard } from 'rxllm';
import { expect, test } from 'vitest';
import { heapInUse } from '../support/heap';
import { startProgram } from '../support/program';

// Each of them is optimised for objects of other classes of a call.
const ours = new Set([
  ...['Attempt', 'ChatDecoder', 'Coalescer', 'Commitment', 'EventReader', 'FastLane'],
  ...['HandlerCall', 'Holder', 'OverridingSubscriber', 'RetriedCall', 'Run', 'SharedAttempt'],
  ...['UndiciCall', '#begin', '#deliver', '#earlierBelow', '#event', '#hear', '#land', '#put'],
  ...['#settle', '#slow', '#tellPieces', 'addText', 'admits', 'ask', 'askNext', 'callOf', 'hold'],
  ...['leave', 'nextTexts', 'onNext', 'release', 'tell', 'within'],
]);

// A program that makes thousands of calls takes its time where others run.
const patience = { timeout: 120_000 };

test(
  'a garbage collection while nothing is asked forgets no code of a call',
  patience,
  async () => {
    const program = ['--import', 'tsx', 'test/support/idle-collection.ts'];
    const { code, stdout } = await startProgram([process.execPath, ...program]).ended;
    const lost = [...stdout.matchAll(/<SharedFunctionInfo ([^>]+)>.* weak objects/g)];
    expect(code).toBe(0);
    // Node's own, which shows that this is how it is told.
    expect(lost.length).toBeGreaterThan(0);
    expect(lost.map(([, name]) => name).filter((name) => ours.has(name!))).toEqual([]);
  },
);

test('holds nothing of the first handler that there was', async () => {
  const bytes = new TextEncoder().encode(
    'data: {"choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":"stop"}]}\n\n',
  );
  const begin = (): WeakRef<object>[] => {
    const transport = () => of({ status: 200, headers: {}, receivedAt: 0 }, bytes);
    const headers = { 'x-tenant': 'a' };
    const provider = openai({ model: 'gpt-5-mini', apiKey: 'key', transport, headers });
    const ask = standard(
      { provider },
      { limitConcurrency: { max: 1 }, limitRate: { requests: 9 }, cache: { ttl: 0 } },
    );
    const answer = ask(prompt('Hello')).pipe(coalesce());
    void lastValueFrom(answer);
    return [transport, headers, provider, ask, answer].map((each) => new WeakRef(each));
  };
  const held = begin();
  await setImmediate();
  heapInUse();
  expect(held.map((each) => each.deref())).toEqual(held.map(() => undefined));
});
