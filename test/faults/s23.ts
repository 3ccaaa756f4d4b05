import { circuitBreaker, LlmError } from 'rxllm';
import { EMPTY, NEVER, Observable, throwError, type Subscription } from 'rxjs';
import { runCircuitModel } from '../policy/state/circuit-model';
import { Findings, thousands, type FaultTest } from './run';

const RUNS = 2000;
const CALLERS = 1000;

export const s23: FaultTest = {
  id: 'S23',
  title: 'breaker against its model',
  run: ({ seed }) => {
    const findings = new Findings();
    for (const probes of [1, 3, 10]) crowd(probes, findings);
    let divergences = 0;
    try {
      runCircuitModel({ runs: RUNS, seed });
    } catch (error) {
      divergences += 1;
      findings.failures.push(error instanceof Error ? error.message : String(error));
    }
    return Promise.resolve({
      figures: {
        runs: thousands(RUNS),
        divergences,
        'callers of a half-open breaker': thousands(CALLERS),
      },
      failures: findings.failures,
    });
  },
};

/** A thousand callers come at the same moment to a breaker that is half open. */
function crowd(probes: number, findings: Findings): void {
  let now = 0;
  const scheduler = { now: () => now, schedule: () => throwAlways('a breaker needs no timer') };
  const breaker = circuitBreaker<never>({
    ...{ window: { calls: 1 }, openFor: 1000, probes, scheduler },
  });
  throwError(() => new LlmError('fake', { kind: 'server' }))
    .pipe(breaker)
    .subscribe({ error: () => undefined });
  now += 1000;
  let admitted = 0;
  let refused = 0;
  const source = new Observable<never>((subscriber) => {
    admitted += 1;
    return NEVER.subscribe(subscriber);
  });
  const ask = (): Subscription => source.pipe(breaker).subscribe({ error: () => (refused += 1) });
  const calls = Array.from({ length: CALLERS }, ask);
  const who = `${String(probes)} probes`;
  findings.expect(admitted === probes, `${who}: ${String(admitted)} of 1,000 were admitted`);
  findings.expect(refused === CALLERS - probes, `${who}: ${String(refused)} were refused`);
  // A probe that is left gives its place to another one, which is one.
  calls[0]!.unsubscribe();
  calls.push(ask(), ask());
  findings.expect(admitted === probes + 1, `${who}: a cancelled one kept its place`);
  // And says nothing good of the server.
  for (const call of calls) call.unsubscribe();
  EMPTY.pipe(breaker).subscribe();
  const closed = probes === 1;
  let state = '';
  breaker.state$.subscribe((told) => (state = told.state)).unsubscribe();
  findings.expect(state === (closed ? 'closed' : 'half-open'), `${who}: it is ${state}`);
}

function throwAlways(message: string): never {
  throw new Error(message);
}
