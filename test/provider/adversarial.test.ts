import { describe, expect, it } from 'vitest';
import { LlmError } from '../../src/error/llm-error';
import { eventsOf, type Recording } from './recording';
import { bytesOf, cutAt, deliver, type Outcome } from './replay';
import { committed } from './streams';

const named = (name: string): Recording => {
  const found = committed.find((recording) => recording.name === name);
  if (found === undefined) throw new Error(`no stream is called ${name}`);
  return found;
};

/** One answer of each protocol, in pieces and as one body. */
const streams = [
  'chat: text, with usage in a chunk of its own',
  'responses: tools that the server runs',
  'anthropic: reasoning, text and a call, with pings between',
  'gemini: thoughts, text, and signatures alone',
  'ollama: thinking, then text',
].map(named);
const bodies = [
  'chat: a whole body in place of a stream',
  'responses: a whole body in place of a stream',
  'anthropic: one body in place of a stream',
  'gemini: a list as the body',
  'ollama: one body in place of lines',
].map(named);

const labels = [
  'text/event-stream',
  'text/event-stream;charset=utf-8',
  'application/x-ndjson',
  'application/json',
  'application/json; charset=utf-8',
  'application/problem+json',
  'text/plain',
  'text/html; charset=UTF-8',
  'application/octet-stream',
  'nonsense',
  '',
];

function said({ answer, failure }: Outcome): unknown {
  if (answer === undefined) return failure?.error;
  const { text, reasoning, toolCalls, finish, usage } = answer;
  return { text, reasoning, toolCalls, finish, usage };
}

function send(recording: Recording, contentType: string, body = recording.body): Outcome {
  return deliver(recording.protocol, { contentType, pieces: [bytesOf(body)] });
}

describe.each(labels)('a body that is called %j', (label) => {
  it.each(streams)('is read as the stream that it is: $name', (recording) => {
    const { text, reasoning } = recording.expected;
    const outcome = send(recording, label);
    expect(outcome.answer).toMatchObject({ text, reasoning });
    const { body } = recording;
    const bytes = bytesOf(`\uFEFF\r\n${body.replaceAll('\n', '\r\n')}`);
    const pieces = cutAt(bytes, [...bytes.keys()]);
    const again = deliver(recording.protocol, { contentType: label, pieces });
    expect(said(again)).toEqual(said(outcome));
  });

  it.each(bodies)('is read as the JSON that it is: $name', (recording) => {
    const { text, reasoning } = recording.expected;
    const outcome = send(recording, label);
    expect(outcome.answer).toMatchObject({ text, reasoning });
    expect(said(send(recording, label, `\uFEFF \r\n${recording.body}\r\n\r\n`))).toEqual(
      said(outcome),
    );
    const bytes = bytesOf(recording.body);
    const pieces = cutAt(bytes, [...bytes.keys()]);
    expect(said(deliver(recording.protocol, { contentType: label, pieces }))).toEqual(
      said(outcome),
    );
  });

  it.each(bodies)('is no answer when its JSON breaks off: $name', (recording) => {
    const { length } = recording.body;
    for (const at of [0, 1, Math.floor(length / 2), length - 2]) {
      const { answer, failure } = send(recording, label, recording.body.slice(0, at));
      expect(answer).toBeUndefined();
      expect(failure?.error).toMatchObject({ kind: 'truncated', retryable: true });
    }
  });

  it.each(streams)('is a failure of the server when it is a page: $protocol', (recording) => {
    for (const page of ['<!DOCTYPE html><html>502</html>', '\n <html>\n<p>data: x\n\n']) {
      const { failure } = send(recording, label, page);
      expect(failure?.error).toMatchObject({ kind: 'server', retryable: true, failover: true });
    }
  });

  it.each(streams)('is truncated when it is empty: $protocol', (recording) => {
    for (const nothing of ['', '\n', ' \r\n\r\n', '\uFEFF']) {
      const { failure } = send(recording, label, nothing);
      expect(failure?.error).toMatchObject({ kind: 'truncated', retryable: true });
    }
  });
});

describe('a body that is called JSON and is a stream', () => {
  it.each(streams)('is told as it comes: $name', (recording) => {
    const events = eventsOf(recording).map(bytesOf);
    const contentType = 'application/json';
    const seen = events.map((_, count) => {
      const error = new LlmError('reset', { kind: 'network' });
      const pieces = events.slice(0, count);
      return deliver(recording.protocol, { contentType, pieces, error }).events.length;
    });
    expect(Math.max(...seen)).toBeGreaterThan(1);
  });
});

describe('a body in JSON', () => {
  it.each(bodies)('may be written over many lines: $name', (recording) => {
    const pretty = JSON.stringify(JSON.parse(recording.body), null, 2);
    for (const label of ['application/json', 'text/plain', '']) {
      expect(said(send(recording, label, pretty))).toEqual(said(send(recording, label)));
    }
  });

  it.each(streams)('may be an error that stands in a list: $protocol', ({ protocol }) => {
    const error = { error: { code: 429, status: 'RESOURCE_EXHAUSTED', message: 'no' } };
    const expectLimit = (contentType: string, body: string): void => {
      const { failure } = deliver(protocol, { contentType, pieces: [bytesOf(body)] });
      expect(failure?.error).toMatchObject({ kind: 'rate-limited', status: 429 });
    };
    for (const list of [[error], [{}, error]]) {
      for (const label of ['application/json', '', 'text/event-stream']) {
        expectLimit(label, JSON.stringify(list));
      }
      for (const label of ['application/json', '']) {
        expectLimit(label, JSON.stringify(list, null, 1));
      }
    }
  });
});

describe('an error status', () => {
  const said = (error: object): string => JSON.stringify({ error });
  const quota = said({ code: 'insufficient_quota' });
  const context = said({ code: 'context_length_exceeded' });
  it.each([
    ['an event', 429, `data: ${quota}\n\n`, 'quota-exhausted'],
    ['an event with a name', 400, `event: error\ndata:${context}\n\n`, 'context-too-long'],
    ['an event behind comments', 400, `: one\r\n\r\ndata: ${context}\r\n`, 'context-too-long'],
    ['JSON that speaks of data', 429, quota.replace('}', ',"a":"\\ndata: {}"}'), 'quota-exhausted'],
    ['an event that is no JSON', 429, 'data: no\n\n', 'rate-limited'],
    ['a text that speaks of data', 429, `some data: ${quota}`, 'rate-limited'],
  ])('goes by the code that stands in %s', (_, status, body, kind) => {
    for (const { protocol } of streams) {
      for (const contentType of ['text/event-stream', 'application/json', '']) {
        const { failure } = deliver(protocol, { status, contentType, pieces: [bytesOf(body)] });
        expect(failure?.error).toMatchObject({ kind, status });
      }
    }
  });
});

describe('a status', () => {
  it.each([200, 201, 202, 203])('of %i does not matter where an answer follows', (status) => {
    for (const { protocol, body, expected } of streams) {
      const { answer } = deliver(protocol, { status, pieces: [bytesOf(body)] });
      expect(answer).toMatchObject({ text: expected.text });
    }
  });

  it.each([204, 205, 206, 226, 302])('of %i is no answer', (status) => {
    for (const { protocol, body } of streams) {
      const { answer, failure } = deliver(protocol, { status, pieces: [bytesOf(body)] });
      expect(answer).toBeUndefined();
      expect(failure?.error).toMatchObject({ status });
    }
  });
});
