import { from, lastValueFrom } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { compose } from '../../src/handler';
import { cache } from '../../src/policy/cache';
import { prompt } from '../../src/request/messages';
import { answerEvents } from '../../src/testing/index';
import { heapInUse } from '../support/heap';

describe('the memory of a cache', () => {
  it('holds nothing of calls that have ended', async () => {
    const key = ({ messages }: { messages: readonly unknown[] }): string =>
      JSON.stringify(messages).padEnd(4096);
    const ask = compose(() => from(answerEvents('fine')), cache({ ttl: 0, key }));
    const call = (at: number): Promise<unknown> => lastValueFrom(ask(prompt(`question ${at}`)));
    for (let at = 0; at < 100; at += 1) await call(at);
    const before = heapInUse();
    for (let at = 100; at < 5100; at += 1) await call(at);
    // The keys alone are 20 MB.
    expect(heapInUse() - before).toBeLessThan(4_000_000);
  });
});
