import { setTimeout as sleep } from 'node:timers/promises';
import { adaptConcurrency, compose, prompt, retryBackoff } from 'rxllm';
import type { HttpTransport } from 'rxllm/node';
import { clientOf } from './client';
import { hear } from './invariants';
import { Findings, leavingNothing, type FaultTest } from './run';

const WORKERS = 40;
const PHASE = 15_000;

/** What the server can take in each phase: so many calls a second. */
const CAPACITIES = [20, 5, 20];

/** How long before the end of a phase rates are measured, in milliseconds. */
const SPAN = 4000;

/** How long a call takes, in milliseconds: limits that are tiny can't tell much of a capacity. */
const services = { aimd: 1000, gradient2: 1000 } as const;

type Algorithm = keyof typeof services;

export const s27: FaultTest = {
  id: 'S27',
  title: 'adaptive limit',
  run: async (setting) => {
    const findings = new Findings();
    const told: string[] = [];
    await leavingNothing(setting, findings, async (transport) => {
      await Promise.all(
        (Object.keys(services) as Algorithm[]).map((algorithm) => follow(algorithm, transport)),
      );
    });
    return {
      figures: { workers: WORKERS, 'of the capacity': told.join('; ') },
      failures: findings.failures,
    };

    /** Lets workers ask for as long as the capacity changes, and sees how the limit follows. */
    async function follow(algorithm: Algorithm, transport: HttpTransport): Promise<void> {
      const log = `s27.${algorithm}`;
      const service = services[algorithm];
      const limit = adaptConcurrency({ algorithm, initial: 10 });
      let lowest = Infinity;
      const watching = limit.state$.subscribe((state) => {
        lowest = Math.min(lowest, state.limit);
      });
      let atOnce = (CAPACITIES[0]! * service) / 1000;
      let over = false;
      const answer = clientOf(setting, transport);
      const retry = retryBackoff({ attempts: 100, base: 500, cap: 2000, budget: Infinity });
      const work = async (worker: number): Promise<readonly number[]> => {
        const nonce = String(worker);
        const ask = compose(
          answer(() => ({ nonce, log, capacity: atOnce, firstToken: service })),
          limit,
          retry,
        );
        const times: number[] = [];
        while (!over) times.push((await hear(ask(prompt('?')))).elapsed);
        return times;
      };
      const workers = Array.from({ length: WORKERS }, (_, worker) => work(worker));
      const shares: string[] = [];
      for (const next of CAPACITIES) {
        atOnce = (next * service) / 1000;
        await sleep(PHASE);
        const [[, entries] = ['', []]] = await setting.server.log(log);
        const from = performance.timeOrigin + performance.now() - SPAN;
        const recent = entries.filter(({ at }) => at >= from);
        const served = recent.filter(({ status }) => status === 200).length / (SPAN / 1000);
        const asked = recent.length / (SPAN / 1000);
        const what = `${algorithm}, ${String(next)} a second`;
        const low = `${what}: ${served.toFixed(1)} were served`;
        findings.expect(served >= next / 2, low);
        findings.expect(asked <= 1.5 * next, `${what}: ${asked.toFixed(1)} were asked`);
        shares.push(`${(served / next).toFixed(2)} to ${(asked / next).toFixed(2)}`);
      }
      over = true;
      const times = await Promise.all(workers);
      watching.unsubscribe();
      told.push(`${algorithm} ${shares.join(', ')}`);
      findings.expect(lowest >= 1, `${algorithm}: the limit fell to ${String(lowest)}`);
      const starved = times.filter((each) => each.length < 2).length;
      findings.expect(starved === 0, `${algorithm}: ${String(starved)} workers starved`);
    }
  },
};
