import { compose, cooldown, LlmError, prompt, retryBackoff, type Policy } from 'rxllm';
import type { HttpTransport } from 'rxllm/node';
import { clientOf } from './client';
import { hear } from './invariants';
import type { Plan } from './plan';
import { Findings, leavingNothing, runAll, type FaultTest } from './run';
import type { LogEntry } from './server';

const CALLERS = 100;
const HINT = 2000;

/** How long after the hint the first request must have come, in milliseconds. */
const LATE = 300;

/** How a server says that one should wait for two seconds. */
const hints: Readonly<Record<string, () => Partial<Plan>>> = {
  seconds: () => ({ closedFor: HINT, headers: { 'retry-after': '2' } }),
  milliseconds: () => ({ closedFor: HINT, headers: { 'retry-after-ms': '2000' } }),
  date: () => {
    // A date has no milliseconds.
    const closedUntil = Math.ceil((Date.now() + HINT) / 1000) * 1000;
    const headers = { 'retry-after': new Date(closedUntil).toUTCString() };
    return { headers, closedUntil };
  },
  body: () => ({ closedFor: HINT, body: retryInfo('2s') }),
  fraction: () => ({ closedFor: HINT, body: retryInfo('2.000000001s') }),
};

/** What obeys them. */
const policies: Readonly<Record<string, (cap?: number) => Policy>> = {
  retryBackoff: (cap) => retryBackoff({ attempts: 4, base: 100, cap, budget: Infinity }),
  cooldown: (cap) => cooldown({ cap }),
};

export const s22: FaultTest = {
  id: 'S22',
  title: 'Retry-After obedience',
  run: async (setting) => {
    const findings = new Findings();
    const runs = Object.keys(policies).flatMap((policy) =>
      Object.keys(hints).map((hint) => ({ policy, hint })),
    );
    let early = 0;
    let late = 0;
    await leavingNothing(setting, findings, async (transport) => {
      // Not all at once: the connections of so many would make each other late.
      await runAll(runs, 2, async ({ policy, hint }) => {
        const what = `${policy}, ${hint}`;
        await beRefused(what, policies[policy]!(), hints[hint]!(), transport);
        await beRefusedForLong(what, policies[policy]!(HINT / 2), transport);
      });
    });
    return {
      figures: { callers: runs.length * CALLERS, early, 'ms late at most': late.toFixed(0) },
      failures: findings.failures,
    };

    /** A hundred callers of one key are refused at the same time. */
    async function beRefused(
      what: string,
      policy: Policy,
      hint: Partial<Plan>,
      transport: HttpTransport,
    ): Promise<void> {
      const log = `s22.${what}`;
      const answer = clientOf(setting, transport);
      await runAll(Array(CALLERS).keys(), CALLERS, async (caller) => {
        const plan = { nonce: String(caller), log, ...hint };
        const { ends } = await hear(
          compose(
            answer(() => plan),
            policy,
          )(prompt('?')),
        );
        findings.expect(ends[0] === 'ok', `${what}: a caller got ${String(ends[0])}`);
      });
      const [[, entries] = ['', []]] = await setting.server.log(log);
      const { closedUntil } = hint;
      const opens = closedUntil ?? entries[0]!.at + HINT;
      const ahead = aheadOfHint(entries, ({ end }) => closedUntil ?? end! + HINT);
      early += ahead.length;
      findings.failures.push(...ahead.map((by) => `${what}: ${by.toFixed(1)} ms too early`));
      const again = entries.filter(({ at }) => at >= opens);
      // All of them are refused at about the same time; the last one's hint counts as well.
      const refused = entries.filter(({ status }) => status === 429).map(({ end }) => end!);
      const allowed = closedUntil ?? Math.max(...refused) + HINT;
      const first = (again[0]?.at ?? Infinity) - allowed;
      late = Math.max(late, first);
      findings.expect(first <= LATE, `${what}: the first came ${first.toFixed(0)} ms late`);
      const soon = again.filter(({ at }) => at < opens + HINT).length;
      findings.expect(soon <= CALLERS, `${what}: ${String(soon)} attempts in the next 2 s`);
    }

    /** A hint that is longer than one may wait is the caller's to see, at once. */
    async function beRefusedForLong(
      what: string,
      policy: Policy,
      transport: HttpTransport,
    ): Promise<void> {
      let asked = 0;
      const answer = clientOf(
        setting,
        transport,
      )(() => {
        asked += 1;
        return { nonce: 'long', status: 429, headers: { 'retry-after': '2' } };
      });
      const { error, elapsed } = await hear(compose(answer, policy)(prompt('?')));
      const hint = LlmError.is(error) ? error.retryAfter : undefined;
      findings.expect(hint === HINT, `${what}: the error says ${String(hint)}`);
      findings.expect(asked === 1, `${what}: asked ${String(asked)} times`);
      findings.expect(elapsed < HINT / 4, `${what}: it slept for ${elapsed.toFixed(0)} ms`);
    }
  },
};

/** By how much callers came again before they might, in milliseconds. */
function aheadOfHint(
  entries: readonly LogEntry[],
  mayCome: (refused: LogEntry) => number,
): readonly number[] {
  const last = new Map<string, LogEntry>();
  const ahead: number[] = [];
  for (const entry of entries) {
    const before = last.get(entry.nonce);
    last.set(entry.nonce, entry);
    const by = before?.status === 429 ? mayCome(before) - entry.at : 0;
    if (by > 0) ahead.push(by);
  }
  return ahead;
}

function retryInfo(retryDelay: string): string {
  const detail = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay };
  return JSON.stringify({ error: { code: 429, status: 'RESOURCE_EXHAUSTED', details: [detail] } });
}
