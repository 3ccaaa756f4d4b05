import { circuitBreaker, compose, LlmError, prompt, retryBackoff } from 'rxllm';
import { interval, lastValueFrom, mergeMap, take, toArray } from 'rxjs';
import { clientOf } from './client';
import { hear } from './invariants';
import { Findings, leavingNothing, percentile, thousands, type FaultTest } from './run';

const PER_SECOND = 200;
const SECONDS = 20;
const DEAD_FROM = 5000;
const DEAD_UNTIL = 15_000;
const OPEN_FOR = 1000;

export const s24: FaultTest = {
  id: 'S24',
  title: 'breaker and retry storm',
  run: async (setting) => {
    const findings = new Findings();
    const breaker = circuitBreaker({ window: { calls: 20 }, openFor: OPEN_FOR, probes: 2 });
    const retry = retryBackoff({ attempts: 3, base: 100 });
    const outcomes: { at: number; ok: boolean; local: boolean; elapsed: number }[] = [];
    let upstream = 0;
    await leavingNothing(setting, findings, async (transport) => {
      const began = performance.now();
      const isDead = (at: number): boolean => at >= DEAD_FROM && at < DEAD_UNTIL;
      const since = (): number => performance.now() - began;
      const client = clientOf(
        setting,
        transport,
      )(() => {
        const nonce = 'x';
        if (!isDead(since())) return { nonce, firstToken: 5 };
        upstream += 1;
        return { nonce, fault: 'fin', at: 'before-headers' };
      });
      const ask = compose(client, breaker, retry);
      await lastValueFrom(
        interval(1000 / PER_SECOND).pipe(
          take(PER_SECOND * SECONDS),
          mergeMap(async () => {
            const at = since();
            const { ends, error, elapsed, retries } = await hear(ask(prompt('?')));
            const open = LlmError.is(error) && error.kind === 'circuit-open';
            outcomes.push({ at, ok: ends[0] === 'ok', local: open && retries === 0, elapsed });
          }),
          toArray(),
        ),
      );
    });
    const dead = outcomes.filter(({ at }) => at >= DEAD_FROM && at < DEAD_UNTIL);
    const healthy = outcomes.filter(({ at }) => at < DEAD_FROM - 100);
    const after = outcomes.filter(({ at }) => at >= DEAD_UNTIL).sort((a, b) => a.at - b.at);
    const recovery = (after.find(({ ok }) => ok)?.at ?? Infinity) - DEAD_UNTIL;
    const relapses = after.filter(({ at, ok }) => at > DEAD_UNTIL + OPEN_FOR + 1000 && !ok);
    const rejections = outcomes.filter(({ local }) => local).map(({ elapsed }) => elapsed);
    const slowest = percentile(rejections, 0.99);
    const share = upstream / dead.length;
    findings.expect(
      healthy.every(({ ok }) => ok),
      'calls failed before the outage',
    );
    findings.expect(share <= 0.05, `${String(upstream)} calls reached the dead target`);
    findings.expect(recovery <= OPEN_FOR + 1000, `it recovered after ${recovery.toFixed(0)} ms`);
    findings.expect(relapses.length === 0, `${String(relapses.length)} calls failed after that`);
    findings.expect(slowest < 1, `local rejections took ${slowest.toFixed(2)} ms (p99)`);
    return {
      figures: {
        calls: thousands(outcomes.length),
        'upstream while dead': `${String(upstream)} of ${thousands(dead.length)}`,
        'ms to recovery': recovery.toFixed(0),
        'ms a local rejection (p99)': slowest.toFixed(3),
      },
      failures: findings.failures,
    };
  },
};
