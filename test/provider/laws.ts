import fc from 'fast-check';
import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { LlmError } from '../../src/error/llm-error';
import type { Handler } from '../../src/handler';
import type { ProviderOptions } from '../../src/provider/protocol';
import type { TransportRequest } from '../../src/transport/transport';
import {
  bytesOf,
  cutAt,
  KEY,
  QUESTION,
  run,
  transportOf,
  type Delivery,
  type Outcome,
} from './replay';

/** A provider, and how its server sends a stream. */
export interface Protocol {
  readonly factory: (options: ProviderOptions) => Handler;
  readonly contentType: string;
}

/** What was sent for a request. */
export interface Sent {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Lets a provider read the pieces of a body. */
export function read(
  { factory, contentType }: Protocol,
  body: string | readonly Uint8Array[],
  delivery: Partial<Delivery> = {},
): Outcome {
  const pieces = typeof body === 'string' ? [bytesOf(body)] : body;
  const transport = transportOf({ contentType, pieces, ...delivery });
  return run(factory({ model: 'm', apiKey: KEY, transport }));
}

/** Lets a provider send a request, and shows what it sent. */
export function send(
  factory: (options: ProviderOptions) => Handler,
  request: Parameters<Handler>[0],
  options: ProviderOptions = { model: 'm', apiKey: KEY },
): Sent {
  let sent: TransportRequest | undefined;
  let failure: { readonly error: unknown } | undefined;
  const transport = transportOf({ pieces: [] });
  const handler = factory({
    ...options,
    transport: (asked) => {
      sent = asked;
      return transport(asked);
    },
  });
  handler(request).subscribe({ error: (error: unknown) => (failure = { error }) });
  if (sent === undefined) throw failure?.error;
  return {
    url: new URL(sent.url),
    headers: sent.headers,
    body: JSON.parse(sent.body) as Record<string, unknown>,
  };
}

/** The error that a call fails with before anything is sent. */
export function refusal(...call: Parameters<typeof send>): LlmError {
  try {
    send(...call);
  } catch (thrown) {
    if (LlmError.is(thrown)) return thrown;
    throw thrown;
  }
  throw new Error('the request was sent');
}

/** The laws that hold for each protocol, shown on a stream that is sent frame by frame. */
export function itObeysTheLawsOfStreams(
  protocol: Protocol,
  { frames, terminal }: { readonly frames: readonly string[]; readonly terminal: number },
): void {
  const body = frames.join('');

  it('says the same however the bytes are cut', () => {
    for (const text of [body, body.replaceAll('\n', '\r\n')]) {
      const bytes = bytesOf(text);
      const whole = read(protocol, [bytes]);
      expect(whole.answer).toBeDefined();
      expect(read(protocol, cutAt(bytes, [...bytes.keys()]))).toEqual(whole);
      fc.assert(
        fc.property(fc.array(fc.nat(bytes.length), { maxLength: 12 }), (places) => {
          expect(read(protocol, cutAt(bytes, places))).toEqual(whole);
        }),
        { numRuns: 50 },
      );
    }
  });

  it.each(frames.map((_, count) => count))(
    'finishes after %i frames only if the last of them ends the answer',
    (count) => {
      const { answer, failure, events } = read(protocol, frames.slice(0, count).join(''));
      if (count >= terminal) return expect(answer).toBeDefined();
      expect(answer).toBeUndefined();
      expect(failure?.error).toMatchObject({ kind: 'truncated', retryable: true });
      expect(events.map(({ type }) => type)).not.toContain('tool-call');
      return undefined;
    },
  );

  it('passes the reason on when the transport fails before the end', () => {
    const error = new LlmError('reset', { kind: 'network' });
    const { answer, failure } = read(protocol, frames.slice(0, terminal - 1).join(''), { error });
    expect(answer).toBeUndefined();
    expect(failure?.error).toBe(error);
  });
}

/** Reads a stream in which an error of each shape stands at each place. */
export function itReportsErrors(
  protocol: Protocol,
  places: Readonly<Record<string, string>>,
  shapes: Readonly<Record<string, string>>,
  wanted: object = { kind: 'overloaded' },
): void {
  const cases = Object.entries(places).flatMap(([place, before]) =>
    Object.entries(shapes).map(([shape, error]) => ({ place, shape, before, error })),
  );
  it.each(cases)('fails for an error as $shape $place', ({ before, error }) => {
    const { answer, failure, events } = read(protocol, before + error);
    expect(answer).toBeUndefined();
    expect(failure?.error).toBeInstanceOf(LlmError);
    expect(failure?.error).toMatchObject({ retryable: true, ...wanted });
    // What came before is told, and no end.
    expect(read(protocol, before).events.slice(0, events.length)).toEqual(events);
    expect(events.map(({ type }) => type)).not.toContain('finish');
    const shown = inspect(failure, { depth: 20, showHidden: true });
    expect(shown).not.toContain(SERVER_WORDS);
    expect(shown).not.toContain(KEY);
    expect(shown).not.toContain(QUESTION);
  });
}

/** What a server says in its errors; it may echo the prompt or the key. */
export const SERVER_WORDS = `${QUESTION} was asked with ${KEY}`;

/** Whatever JSON a server sends, a call ends with an answer or with an `LlmError`. */
export function itSurvivesAnyFrame(
  protocol: Protocol,
  {
    fields,
    frame,
  }: { readonly fields: readonly string[]; readonly frame: (json: string) => string },
): void {
  const key = fc.constantFrom(...fields);
  const leaf = fc.oneof(
    fc.constantFrom(...fields),
    fc.constantFrom(null, 0, 1, -1, true, false, '', 'x', '$.a', '$', '{"a":'),
  );
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 5, depthSize: 'medium' }, leaf, tie('list'), tie('object')),
    list: fc.array(tie('value'), { maxLength: 3 }),
    object: fc.dictionary(key, tie('value'), { maxKeys: 5 }),
  }));

  it('ends with an answer or an LlmError, whatever JSON comes', () => {
    fc.assert(
      fc.property(fc.array(value, { maxLength: 5 }), fc.boolean(), (values, whole) => {
        const outcome = whole
          ? read(protocol, JSON.stringify(values[0] ?? null), { contentType: 'application/json' })
          : read(protocol, values.map((json) => frame(JSON.stringify(json))).join(''));
        if (outcome.answer === undefined) expect(LlmError.is(outcome.failure?.error)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
}
