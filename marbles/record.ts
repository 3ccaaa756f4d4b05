import { type MarbleTools, marbles, textDelta } from 'rxllm/testing';
import { asyncScheduler, isObservable, map, type Observable } from 'rxjs';
import { errorOf, makeInputs, type Stage } from './inputs';
import { playMoments, PromiseStage } from './promise-stage';
import type { Diagrams, SpecCase } from './spec';
import { follow, newTrack, type Track } from './tracks';

/** What happened in the run of a case. */
export interface Recording {
  readonly inputs: readonly Track[];
  readonly outputs: readonly Track[];
}

/** Runs a case in virtual time, and fails unless it did what it says. */
export async function record(given: SpecCase): Promise<Recording> {
  const { rows, outputs } = given.promises
    ? await performWithPromises(given)
    : performVirtually(given);
  expectSubscriptions(given, rows);
  return { inputs: [...rows.values()].flat(), outputs: outputs.map(({ track }) => track) };
}

interface Performance {
  readonly rows: ReadonlyMap<string, readonly Track[]>;
  readonly outputs: readonly Output[];
}

interface Output {
  readonly track: Track;
  readonly stream: Observable<unknown>;
  readonly unsubscribe: string | undefined;
  readonly error: unknown;
}

function performVirtually(given: SpecCase): Performance {
  let performance: Performance | undefined;
  marbles((tools) => {
    const now = (): number => asyncScheduler.now();
    performance = perform(given, { play: tools.events, playRequests: tools.hot, now });
    for (const output of performance.outputs) expectOutput(tools, given, output, true);
  });
  return performance!;
}

// Promises don't settle in virtual time: what a run in steps has recorded is compared
// afterwards, as if it were live.
async function performWithPromises(given: SpecCase): Promise<Performance> {
  const stage = new PromiseStage();
  const performance = perform(given, stage);
  for (const { stream, unsubscribe } of performance.outputs) stage.subscribe(stream, unsubscribe);
  await stage.run();
  marbles((tools) => {
    for (const output of performance.outputs) expectOutput(tools, given, output, false);
  });
  return performance;
}

function perform(given: SpecCase, stage: Stage): Performance {
  const { input, rows } = makeInputs(given, stage);
  const applied = given.apply(input);
  const expected = byName(given.expected);
  const streams = byName(applied);
  if (Object.keys(streams).join() !== Object.keys(expected).join()) {
    throw new Error(
      `apply returns the rows ${Object.keys(streams).join()}, but expected has ${Object.keys(expected).join()}`,
    );
  }
  const outputs = Object.entries(streams).map(([name, stream]): Output => {
    const track = newTrack(name, expected[name]!);
    return {
      track,
      stream: follow(stream, track, stage.now),
      unsubscribe: byName(given.unsubscribe ?? {})[name],
      error: errorOf(given, name, SINGLE),
    };
  });
  return { rows, outputs };
}

// A view's strings are written with the same letters as events: on both sides of the
// comparison, the string 'a' counts as a text delta of 'a'.
const asEvent = (value: unknown): unknown =>
  typeof value === 'string' && /^[a-z]$/.test(value) ? textDelta(value) : value;

function expectOutput(tools: MarbleTools, given: SpecCase, output: Output, live: boolean): void {
  const { track, stream, unsubscribe, error } = output;
  const values: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given.values ?? {})) values[name] = asEvent(value);
  const events = (live ? stream : playMoments(track.moments)).pipe(map(asEvent));
  tools.expectEvents(events, live ? unsubscribe : undefined).toBe(track.diagram, values, error);
}

const SINGLE = 'expected';

/** One output is a row without a name of its own. */
function byName<T extends string | Observable<unknown>>(
  rows: T | Readonly<Record<string, T>>,
): Readonly<Record<string, T>> {
  const single = typeof rows === 'string' || isObservable(rows);
  return single ? { [SINGLE]: rows } : rows;
}

function expectSubscriptions(given: SpecCase, rows: Performance['rows']): void {
  const { subscriptions } = given;
  if (subscriptions === undefined) return;
  const single = typeof subscriptions === 'string' || Array.isArray(subscriptions);
  const expected = single ? { '': subscriptions as Diagrams } : subscriptions;
  marbles((tools) => {
    for (const [row, diagrams] of Object.entries(expected) as [string, Diagrams][]) {
      const tracks = rows.get(row);
      if (tracks === undefined) throw new Error(`the case has no row '${row}' to be subscribed to`);
      const asked = tracks.filter(({ subscribedFrame }) => subscribedFrame !== Infinity);
      tools.expectSubscriptions(asked).toBe(diagrams);
    }
  });
}
