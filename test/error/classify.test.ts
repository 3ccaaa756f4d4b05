import { describe, expect, it } from 'vitest';
import { classify } from '../../src/error/classify';
import { failureTable } from '../../src/error/failure-table';
import { findRow } from '../../src/error/find-row';
import type { LlmError } from '../../src/error/llm-error';
import { failureCases } from './failure-rows';

const verdict = (error: LlmError): string =>
  `${error.kind} ${error.retryable ? 'R' : '-'}${error.failover ? 'F' : '-'}${error.providerFault ? 'B' : '-'}`;

const cases = failureCases.flatMap((row) =>
  Object.entries(row.signals).map(
    ([name, signal]) => [`${row.name}: ${name}`, signal, row.verdict, row.advice ?? ''] as const,
  ),
);

describe('classify', () => {
  it.each(cases)('%s', (_name, signal, expected, advice) => {
    const error = classify({ provider: 'acme', ...signal });
    expect(verdict(error)).toBe(expected);
    expect(error.provider).toBe('acme');
    expect(error.message).toContain(advice);
    expect(error.message).toMatch(/^acme\b.*: \S.*$/);
    expect(error.message).not.toMatch(/PROSE|undefined|null|html/);
  });

  it('hides no word of the table behind an earlier row', () => {
    for (const row of failureTable) {
      for (const word of row.causes ?? []) expect(findRow({ causes: [word] }).row).toBe(row);
      for (const word of row.codes ?? []) expect(findRow({ codes: [word] }).row).toBe(row);
      for (const entry of row.statuses ?? []) {
        const status = typeof entry === 'number' ? entry : entry[0];
        expect(findRow({ status }).row).toBe(row);
      }
    }
  });

  it('has at least two bodies for each row', () => {
    const thin = failureCases.filter((row) => Object.keys(row.signals).length < 2);
    expect(thin).toEqual([]);
  });

  it.each([
    [{ status: 401, body: { error: { code: 'invalid_api_key' } } }, 'invalid_api_key'],
    // The code that decided, not the first one.
    [
      {
        status: 400,
        body: {
          error: {
            code: 400,
            status: 'INVALID_ARGUMENT',
            details: [{ reason: 'API_KEY_INVALID' }],
          },
        },
      },
      'API_KEY_INVALID',
    ],
    [
      { status: 400, body: { error: { type: 'invalid_request_error', code: null } } },
      'invalid_request_error',
    ],
    [{ status: 400, body: { error: { type: 'bad_thing', code: 'worse_thing' } } }, 'worse_thing'],
    [
      { status: 200, body: { type: 'error', error: { type: 'overloaded_error' } } },
      'overloaded_error',
    ],
    [{ status: 429, body: { error: { code: 429 } } }, undefined],
    [{ status: 400, body: { error: { code: 'Some prose with blanks' } } }, undefined],
    [{ status: 400, body: { error: { code: 'x'.repeat(81) } } }, undefined],
    [{ status: 400, body: { error: { code: '400' } } }, undefined],
    [{ status: 200, body: { type: 'error', message: 'x' } }, undefined],
    [{ status: 200, body: { type: 'response.failed', response: { error: null } } }, undefined],
    [{ status: 500, body: 'plain text' }, undefined],
    [{ cause: Object.assign(new Error('x'), { code: 'ECONNREFUSED' }) }, 'ECONNREFUSED'],
    [{ cause: new DOMException('x', 'TimeoutError') }, 'TimeoutError'],
    [{ cause: new Error('x') }, undefined],
  ])('takes the code of %j: %s', (signal, code) => {
    expect(classify(signal).code).toBe(code);
  });

  it.each([
    [{ headers: { 'request-id': 'req_1' } }, 'req_1'],
    [{ headers: { 'x-request-id': 'req_2' } }, 'req_2'],
    [{ headers: { 'apim-request-id': 'a-b-c' } }, 'a-b-c'],
    [{ body: { type: 'error', error: { type: 'api_error' }, request_id: 'req_3' } }, 'req_3'],
    [{ headers: { 'x-request-id': 'see <html>' }, body: { request_id: 'req_4' } }, 'req_4'],
    [{ headers: {} }, undefined],
  ])('takes the request id of %j', (signal, requestId) => {
    expect(classify({ status: 500, ...signal }).requestId).toBe(requestId);
    expect(classify({ status: 200, ...signal }).requestId).toBe(requestId);
  });

  it.each([
    [{ status: 503, body: { error: { code: 429 } } }, 503],
    [{ status: 200, body: { error: { code: 429 } } }, 429],
    [{ status: 200, body: { error: { status_code: 400, code: 'tool_use_failed' } } }, 400],
    [{ status: 200, body: { error: { type: 'overloaded_error' } } }, 200],
    [{ body: { error: { code: '503' } } }, 503],
    [{ body: { error: { code: '1113' } } }, undefined],
    [{ body: { error: { code: 200 } } }, undefined],
    [{ body: { error: { code: 429.5 } } }, undefined],
  ])('takes the status of %j: %s', (signal, status) => {
    expect(classify(signal).status).toBe(status);
  });

  it('takes the hint of a failed response, in milliseconds', () => {
    const headers = { 'retry-after': '12' };
    expect(classify({ status: 429, headers }).retryAfter).toBe(12_000);
    expect(classify({ status: 503, headers }).retryAfter).toBe(12_000);
    const receivedAt = Date.UTC(2026, 0, 1);
    const date = { 'retry-after': 'Thu, 01 Jan 2026 00:00:30 GMT' };
    expect(classify({ status: 429, headers: date, receivedAt }).retryAfter).toBe(30_000);
  });

  it('takes no hint out of the headers of a good answer, but one out of its error', () => {
    const headers = { 'retry-after': '12', 'retry-after-ms': '7' };
    const delay = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '34.4s' };
    const body = { error: { status: 'RESOURCE_EXHAUSTED', details: [delay] } };
    expect(classify({ status: 200, headers, body: { error: 'x' } }).retryAfter).toBeUndefined();
    expect(classify({ status: 200, headers }).retryAfter).toBeUndefined();
    expect(classify({ headers, body: { error: 'x' } }).retryAfter).toBeUndefined();
    expect(classify({ status: 307, headers }).retryAfter).toBeUndefined();
    expect(classify({ status: 200, headers, body }).retryAfter).toBe(34_400);
  });

  it.each([
    [
      { provider: 'openai', status: 401, body: { error: { code: 'invalid_api_key' } } },
      'openai answered 401 (invalid_api_key): check the API key and what it is allowed to do',
    ],
    [
      {
        provider: 'anthropic',
        status: 429,
        headers: { 'retry-after': '12' },
        body: { error: { type: 'rate_limit_error' } },
      },
      'anthropic answered 429 (rate_limit_error): ask again in 12 s',
    ],
    [
      { status: 503, headers: { 'retry-after-ms': '250' } },
      'the server answered 503: ask again in 250 ms',
    ],
    [{ provider: 'ollama', status: 500 }, 'ollama answered 500: ask again later'],
    [
      { provider: 'ollama', status: 500, headers: { 'x-should-retry': 'false' } },
      'ollama answered 500: the server says not to ask again',
    ],
    [
      { provider: 'ollama', status: 200, body: { error: 'x' } },
      'ollama reported an error: ask again later',
    ],
    [{ provider: 'openai', status: 200 }, 'openai answered 200 without an answer: ask again later'],
    [
      { provider: 'openai', status: 308 },
      'openai answered 308: check baseURL: a redirect is not followed',
    ],
    [
      { provider: 'openai', cause: Object.assign(new Error(), { code: 'ENOTFOUND' }) },
      'openai: the connection failed (ENOTFOUND): check the network and baseURL, then ask again later',
    ],
    [{ cause: new Error('x') }, 'the call failed: see its cause'],
    [
      { cause: Object.assign(new Error('x'), { config: {} }) },
      'the call failed: its cause is left out, as it may hold a key',
    ],
  ])('says what happened and what to do next: %j', (signal, message) => {
    expect(classify(signal).message).toBe(message);
  });
});
