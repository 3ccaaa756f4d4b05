import { existsSync } from 'node:fs';
import { from, lastValueFrom, mergeMap, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { LlmError } from '../../src/error/llm-error';
import type { ChatEvent } from '../../src/event/chat-event';
import { compose } from '../../src/handler';
import { cache, type CacheStats } from '../../src/policy/cache';
import { prompt } from '../../src/request/messages';
import { closeDefaultTransport } from '../../src/transport/default';
import { fetchTransport } from '../../src/transport/fetch';
import type { Transport } from '../../src/transport/transport';
import { eventsOf, recordingsIn, type Recording } from '../provider/recording';
import { contentTypes, factories, seeded } from '../provider/replay';
import { committed } from '../provider/streams';
import { watch } from '../support/watch';
import { rawServer, type TestServer } from '../transport/servers';
import { endings, type Part } from './endings';
import { judge } from '../provider/judge';

// There are too many cuts to make all of them each time: RXLLM_CUTS=all makes them.
const ALL = process.env['RXLLM_CUTS'] === 'all';
const SAMPLE = 2500;
const PLACES = 30;
const AT_ONCE = 64;

const recorded = process.env['RXLLM_WIRE'] ?? '';
const recordings = [...committed, ...(existsSync(recorded) ? recordingsIn(recorded) : [])];

interface Cut {
  readonly recording: Recording;
  readonly ending: string;
  /** How many bytes of the body are sent. */
  readonly length: number;
}

describe('no body that ends early passes for a whole answer, however it ends', () => {
  const limit = { timeout: ALL ? 600_000 : 60_000 };

  it('by the default transport, which leaves nothing open', limit, async () => {
    const timers = timersNow();
    const server = await judged(SAMPLE);
    await closeDefaultTransport();
    await server.until(({ open }) => open === 0);
    expect(timersNow()).toBeLessThanOrEqual(timers);
  });

  it('by fetch', limit, async () => {
    await judged(SAMPLE / 4, fetchTransport());
  });
});

/** Cuts the streams, asks for each part, and judges what became of it. */
async function judged(count: number, transport?: Transport): Promise<TestServer> {
  const cuts = sample(recordings.flatMap(cutsOf), count);
  const { stats$, ask, server } = await setUp(cuts, transport);
  const stats = watch(stats$);

  const outcomes = await lastValueFrom(
    from(cuts).pipe(
      mergeMap((cut, id) => ask(id).then((heard) => ({ cut, heard })), AT_ONCE),
      toArray(),
    ),
  );

  const faults = outcomes.flatMap(({ cut, heard }) => {
    const fault = faultOf(cut, heard);
    return fault === undefined ? [] : [`${fault}: ${nameOf(cut)}`];
  });
  expect(faults.slice(0, 20)).toEqual([]);
  expect(server.requests).toBe(cuts.length);

  const kept = outcomes.filter(({ heard }) => isKept(heard)).length;
  const { misses, entries } = stats.values.at(-1) as CacheStats;
  expect({ misses, entries }).toEqual({ misses: cuts.length, entries: kept });

  const finished = outcomes.filter(({ heard }) => heard.finishes > 0).length;
  expect(finished).toBeGreaterThan(0);
  expect(finished).toBeLessThan(cuts.length);
  report(cuts, finished);
  return server;
}

/** All that a subscriber heard. */
interface Heard {
  readonly events: readonly ChatEvent[];
  readonly finishes: number;
  /** Notifications that end a stream. */
  readonly ends: readonly ('complete' | { readonly error: unknown })[];
}

async function setUp(cuts: readonly Cut[], transport: Transport | undefined) {
  const server = await rawServer((socket, request) => {
    const cut = cuts[Number(/^POST \/(\d+)/.exec(request)?.[1])];
    if (cut !== undefined) endings[cut.ending]?.(socket, partOf(cut));
  });
  const kept = cache({ max: 2 ** 24, maxBytes: 2 ** 40 });
  const ask = (id: number): Promise<Heard> =>
    new Promise((resolve) => {
      const factory = factories[cuts[id]?.recording.protocol ?? ''];
      if (factory === undefined) throw new Error('no provider speaks this protocol');
      const baseURL = `${server.url}/${String(id)}`;
      const provider = factory({ model: 'm', apiKey: 'k', baseURL, transport });
      const events: ChatEvent[] = [];
      const ends: Heard['ends'][number][] = [];
      const end = (how: Heard['ends'][number]): void => {
        ends.push(how);
        // What came after the end would be heard too.
        const finishes = events.filter(({ type }) => type === 'finish').length;
        if (ends.length === 1) setImmediate(() => resolve({ events, ends, finishes }));
      };
      compose(
        provider,
        kept,
      )(prompt(String(id))).subscribe({
        next: (event) => events.push(event),
        error: (error: unknown) => end({ error }),
        complete: () => end('complete'),
      });
    });
  return { stats$: kept.stats$, ask, server };
}

/** What is wrong with an outcome, if anything is. */
function faultOf(
  { recording, length }: Cut,
  { events, ends, finishes }: Heard,
): string | undefined {
  const [end] = ends;
  if (end === undefined || ends.length !== 1) return `${String(ends.length)} ends`;
  if (finishes !== (end === 'complete' ? 1 : 0)) return `${String(finishes)} finishes`;
  const { text, reasoning, error } = recording.expected;
  if (error === null) {
    if (!text.startsWith(said(events, 'text-delta'))) return 'other text';
    if (!reasoning.startsWith(said(events, 'reasoning-delta'))) return 'other reasoning';
  }
  const verdict = judge(recording, bodyOf(recording).toString('utf8', 0, length));
  if (end === 'complete') return verdict === 'whole' ? undefined : `a success that is ${verdict}`;
  if (verdict === 'whole') return 'a whole answer that is refused';
  if (events.some(({ type }) => type === 'tool-call')) return 'a tool call of an unfinished answer';
  if (!LlmError.is(end.error)) return 'no LlmError';
  const { kind } = end.error;
  if (verdict === 'failed' || kind === 'truncated' || kind === 'network') return undefined;
  // A broken frame is one of these recordings' points.
  return kind === error?.['kind'] ? undefined : `an error of kind ${kind}`;
}

function isKept({ events, ends }: Heard): boolean {
  const finish = events.at(-1);
  return (
    ends[0] === 'complete' &&
    finish?.type === 'finish' &&
    ['stop', 'tool-calls'].includes(finish.reason)
  );
}

function said(events: readonly ChatEvent[], type: 'text-delta' | 'reasoning-delta'): string {
  return events.map((event) => (event.type === type ? event.text : '')).join('');
}

/** Every event boundary, and some places within frames; each with all the endings. */
function cutsOf(recording: Recording): readonly Cut[] {
  const { length } = bodyOf(recording);
  const random = seeded(length);
  let at = 0;
  const boundaries = eventsOf(recording).map((event) => (at += Buffer.byteLength(event)));
  const within = Array.from({ length: 6 }, () => random(length));
  const step = ALL ? 1 : Math.ceil(boundaries.length / PLACES);
  const some = boundaries.filter((_, index) => (boundaries.length - 1 - index) % step === 0);
  const places = [...new Set([0, ...some, ...within, length - 1])];
  return places.flatMap((place) =>
    Object.keys(endings).map((ending) => ({ recording, ending, length: place })),
  );
}

/** So many of the cuts, the same ones each time, and some more of the bodies that are whole. */
function sample(cuts: readonly Cut[], count: number): readonly Cut[] {
  if (ALL || cuts.length <= count) return cuts;
  const random = seeded(cuts.length);
  return cuts.filter(
    ({ recording, length }) =>
      random(cuts.length) < count || (length === bodyOf(recording).length && random(8) === 0),
  );
}

const bodies = new Map<Recording, Buffer>();

function bodyOf(recording: Recording): Buffer {
  const known = bodies.get(recording);
  if (known !== undefined) return known;
  const bytes = Buffer.from(recording.body);
  bodies.set(recording, bytes);
  return bytes;
}

function partOf({ recording, length }: Cut): Part {
  const { format, http_status } = recording.expected;
  const body = bodyOf(recording);
  return {
    bytes: body.subarray(0, length),
    whole: body.length,
    status: http_status ?? 200,
    contentType: contentTypes[format],
  };
}

function nameOf({ recording, ending, length }: Cut): string {
  return `${recording.name}, ${String(length)} of ${String(bodyOf(recording).length)} bytes, ${ending}`;
}

function timersNow(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
}

function report(cuts: readonly Cut[], finished: number): void {
  if (!ALL) return;
  console.info(
    `${String(cuts.length)} bodies of ${String(recordings.length)} recordings, ` +
      `ended in ${String(Object.keys(endings).length)} ways: ${String(finished)} whole answers, ` +
      `${String(cuts.length - finished)} errors, 0 silent truncations`,
  );
}
