import { getEventListeners } from 'node:events';
import { prompt } from 'rxllm';
import { fromEvent, share, takeUntil } from 'rxjs';
import { clientOf } from './client';
import { Findings, leavingNothing, runAll, thousands, type FaultTest } from './run';

const CALLS = 10_000;
const AT_ONCE = 64;

export const s17: FaultTest = {
  id: 'S17',
  title: 'one AbortSignal for all calls',
  run: async (setting) => {
    const findings = new Findings();
    const controller = new AbortController();
    const { signal } = controller;
    // One listener for all calls: Node warns of more than ten on one signal.
    const aborted = fromEvent(signal, 'abort').pipe(share());
    const listeners = (): number => getEventListeners(signal, 'abort').length;
    let most = 0;
    await leavingNothing(setting, findings, async (transport) => {
      const client = clientOf(setting, transport);
      const call = (nonce: string, firstToken: number): Promise<void> =>
        client(() => ({ nonce, firstToken }))(prompt('?'))
          .pipe(takeUntil(aborted))
          .forEach(() => {
            most = Math.max(most, listeners());
          });
      await runAll(Array(CALLS).keys(), AT_ONCE, (n) => call(String(n), 0));
      findings.expect(listeners() === 0, `${String(listeners())} listeners after the calls`);
      const running = runAll(Array(AT_ONCE).keys(), AT_ONCE, (n) => call(String(n), 60_000));
      controller.abort();
      await running;
      findings.expect(listeners() === 0, `${String(listeners())} listeners after the abort`);
    });
    findings.expect(most === 1, `${String(most)} listeners at once`);
    return {
      figures: { calls: thousands(CALLS), 'listeners at most': most, 'in the end': listeners() },
      failures: findings.failures,
    };
  },
};
