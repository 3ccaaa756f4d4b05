import { compose, limitConcurrency, prompt, retryBackoff, type ChatEvent } from 'rxllm';
import type { HttpTransport } from 'rxllm/node';
import { take, filter, type Observable } from 'rxjs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { clientOf } from './client';
import { Findings, leavingNothing, runAll, thousands, type FaultTest, type Setting } from './run';

const ROUNDS = 5;
const PER_ROUND = 2000;
const AT_ONCE = 100;
const MEGABYTE = 1024 * 1024;

type Place = 'queued' | 'in backoff' | 'connecting' | 'before first token' | 'mid-stream';

const places: readonly Place[] = [
  ...(['queued', 'in backoff', 'connecting', 'before first token', 'mid-stream'] as const),
];

export const s13: FaultTest = {
  id: 'S13',
  title: 'abort storm',
  run: async (setting) => {
    const findings = new Findings();
    const heaps: number[] = [];
    const storm = async (transport: HttpTransport): Promise<void> => {
      const leave = leaver(setting, transport);
      // The first round only warms up.
      for (let round = 0; round <= ROUNDS; round += 1) {
        const calls = Array.from({ length: PER_ROUND }, (_, n) => places[n % places.length]!);
        await runAll(calls, AT_ONCE, leave);
        const { sockets } = await setting.server.state();
        findings.expect(sockets <= 2 * AT_ONCE, `${String(sockets)} sockets after a round`);
        heaps.push((await heapUsed()) / MEGABYTE);
      }
    };
    // A call that waits holds another one.
    await leavingNothing(setting, findings, storm, { connections: 2 * AT_ONCE });
    const measured = heaps.slice(1);
    const growth = measured.at(-1)! - measured[0]!;
    const slope = slopeOf(measured);
    findings.expect(growth <= 3, `the heap grew by ${growth.toFixed(2)} MB`);
    findings.expect(slope <= 0.2, `the heap grew by ${slope.toFixed(2)} MB a round`);
    return {
      figures: {
        aborts: thousands(PER_ROUND * ROUNDS),
        places: places.length,
        'MB a round': slope.toFixed(3),
        'MB in all': growth.toFixed(2),
      },
      failures: findings.failures,
    };
  },
};

/** Makes the function that starts a call and leaves it at a place. */
function leaver(setting: Setting, transport: HttpTransport): (place: Place) => Promise<void> {
  const client = clientOf(setting, transport);
  const retry = retryBackoff({ base: 60_000, budget: Infinity, random: () => 1 });
  const silent = client(() => ({ nonce: 'silent', firstToken: 60_000 }));
  const refused = compose(
    client(() => ({ nonce: 'refused', status: 503 })),
    retry,
  );
  const slow = client(() => ({ nonce: 'slow', perToken: 20 }));
  return async (place) => {
    switch (place) {
      case 'queued': {
        const ask = compose(silent, limitConcurrency({ max: 1 }));
        const holder = ask(prompt('?')).subscribe();
        await leaveAt(ask(prompt('?')), 'wait');
        holder.unsubscribe();
        return;
      }
      case 'in backoff':
        return leaveAt(refused(prompt('?')), 'retry');
      case 'connecting': {
        const call = silent(prompt('?')).subscribe();
        await nextTurn();
        call.unsubscribe();
        return;
      }
      case 'before first token':
        return leaveAt(silent(prompt('?')), 'start');
      case 'mid-stream':
        return leaveAt(slow(prompt('?')), 'text-delta');
    }
  };
}

/** Leaves a call as soon as it has said a thing; rejects when it never does. */
function leaveAt(call: Observable<ChatEvent>, type: ChatEvent['type']): Promise<void> {
  return new Promise((resolve, reject) => {
    let left = false;
    call
      .pipe(
        filter((event) => event.type === type),
        take(1),
      )
      .subscribe({
        next: () => {
          left = true;
        },
        error: reject,
        complete: () => (left ? resolve() : reject(new Error(`it never said ${type}`))),
      });
  });
}

async function heapUsed(): Promise<number> {
  if (globalThis.gc === undefined) throw new Error('run it with node --expose-gc');
  for (let turn = 0; turn < 3; turn += 1) {
    await nextTurn();
    globalThis.gc();
  }
  return process.memoryUsage().heapUsed;
}

/** The slope of the line through values, by least squares. */
function slopeOf(values: readonly number[]): number {
  const mid = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const above = values.reduce((sum, value, at) => sum + (at - mid) * (value - mean), 0);
  const below = values.reduce((sum, _, at) => sum + (at - mid) ** 2, 0);
  return above / below;
}
