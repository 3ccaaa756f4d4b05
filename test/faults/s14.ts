import { isDeepStrictEqual } from 'node:util';
import { prompt, type ChatEvent } from 'rxllm';
import { take, takeUntil, timer, type MonoTypeOperatorFunction } from 'rxjs';
import { seededRandom } from '../support/watch';
import { clientOf } from './client';
import { textPieces, toolInput } from './plan';
import { Findings, leavingNothing, runAll, thousands, type FaultTest } from './run';

const CALLS = 20_000;
const SOCKETS = 64;

export const s14: FaultTest = {
  id: 'S14',
  title: 'no cross-talk after cancels',
  run: async (setting) => {
    const findings = new Findings();
    const random = seededRandom(setting.seed);
    const calls = Array.from({ length: CALLS }, (_, n) => ({
      plan: { nonce: `n${String(n)}`, ...(random() < 0.2 ? { perToken: 1 } : {}) },
      leave: random() < 0.5 ? leaveSomewhere(random) : undefined,
    }));
    let whole = 0;
    let foreign = 0;
    await leavingNothing(
      setting,
      findings,
      async (transport) => {
        const client = clientOf(setting, transport);
        await runAll(calls, SOCKETS + 16, async ({ plan, leave }) => {
          let text = '';
          const inputs: unknown[] = [];
          let finished = false;
          const call = client(() => plan)(prompt('?'));
          await (leave ? call.pipe(leave) : call).forEach((event) => {
            if (event.type === 'text-delta') text += event.text;
            else if (event.type === 'tool-call') inputs.push(event.input);
            else if (event.type === 'finish') finished = true;
          });
          const told = textPieces(plan.nonce).join('');
          const own = finished
            ? text === told && isDeepStrictEqual(inputs, [toolInput(plan.nonce)])
            : told.startsWith(text);
          if (!own) foreign += 1;
          if (finished) whole += 1;
        });
      },
      { connections: SOCKETS },
    );
    const staying = calls.filter(({ leave }) => leave === undefined).length;
    findings.expect(foreign === 0, `${thousands(foreign)} answers with foreign text`);
    findings.expect(whole >= staying, `${thousands(staying - whole)} calls never finished`);
    return {
      figures: {
        calls: thousands(CALLS),
        'left early': thousands(CALLS - whole),
        sockets: SOCKETS,
        foreign,
      },
      failures: findings.failures,
    };
  },
};

/** Leaves after some events, or after some time. */
function leaveSomewhere(random: () => number): MonoTypeOperatorFunction<ChatEvent> {
  const events = 1 + Math.floor(random() * 10);
  const time = random() * 12;
  return random() < 0.5 ? take(events) : takeUntil(timer(time));
}
