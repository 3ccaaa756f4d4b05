import { inspect } from 'node:util';
import { lastValueFrom, take } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LlmError } from '../../src/error/llm-error';
import { fetchTransport } from '../../src/transport/fetch';
import { key, type Outcome, outcomeOf, requestTo } from './calls';

const url = 'https://llm.example';

describe('fetchTransport', () => {
  it('takes a redirect that a browser hides for a redirect', async () => {
    const redirect = { type: 'opaqueredirect', status: 0, headers: new Headers(), body: null };
    const fetch = vi.fn(() => Promise.resolve(redirect as Response));
    const { heads, error } = await outcomeOf(fetchTransport({ fetch })(requestTo(url)));
    expect([heads[0]?.status, error]).toEqual([302, undefined]);
    expect(fetch).toHaveBeenCalledExactlyOnceWith(
      `${url}/v1/chat?version=1`,
      expect.objectContaining({ method: 'POST', redirect: 'manual' }),
    );
  });

  it('gives each request headers of its own, to which a fetch of one’s own may add', async () => {
    const seen: unknown[] = [];
    const fetch = (_: unknown, init?: RequestInit) => {
      const headers = init!.headers as Record<string, string>;
      seen.push({ ...headers });
      headers['x-user'] = 'a';
      return Promise.resolve(new Response('abc'));
    };
    const transport = fetchTransport({ fetch });
    const request = { ...requestTo(url), headers: Object.freeze({ 'x-a': 'b' }) };
    await outcomeOf(transport(request));
    await outcomeOf(transport(request));
    expect(seen[1]).toEqual(seen[0]);
  });

  it('refuses to call what is no function, as of a module loaded the wrong way', () => {
    const fetch = { default: globalThis.fetch } as never;
    expect(() => fetchTransport({ fetch })).toThrow(
      new TypeError('fetchTransport: fetch must be a function, got object'),
    );
  });

  it('makes nothing to abort with before a request, which some servers forbid', async () => {
    vi.resetModules();
    const anew = await import('../../src/transport/fetch');
    vi.stubGlobal(
      'AbortController',
      class {
        constructor() {
          throw new Error('not in global scope');
        }
      },
    );
    try {
      expect(() => anew.fetchTransport()).not.toThrow();
    } finally {
      vi.unstubAllGlobals();
    }
  });

  it('asks the global fetch for each request anew', async () => {
    const transport = fetchTransport();
    const fetch = vi.fn(() => Promise.resolve(new Response('abc')));
    vi.stubGlobal('fetch', fetch);
    try {
      expect((await outcomeOf(transport(requestTo(url)))).text).toBe('abc');
    } finally {
      vi.unstubAllGlobals();
    }
    expect(fetch).toHaveBeenCalledOnce();
  });

  it.each([
    ['no route', 'no route'],
    [`Bearer ${key} is wrong`, undefined],
  ])('fails with what its fetch throws: "%s"', async (message, shown) => {
    const fetch = (): never => {
      throw new TypeError(message);
    };
    const { error } = await outcomeOf(fetchTransport({ fetch })(requestTo(url)));
    expect(error!.kind).toBe('network');
    expect((error!.cause as Error | undefined)?.cause).toEqual(shown && new TypeError(shown));
    expect(inspect(error, { depth: 20, showHidden: true })).not.toContain(key);
  });

  const lost = new Error('Network connection lost.');
  const refused = Object.assign(new Error('Unable to connect'), { code: 'ConnectionRefused' });
  const reset = Object.assign(new Error('x'), { code: 'ECONNRESET' });
  it.each<readonly [string, unknown, object]>([
    ['an Error', lost, { kind: 'network', retryable: true, failover: true }],
    ['a code of one platform', refused, { kind: 'network', retryable: true, failover: true }],
    ['a code that is known', reset, { kind: 'network', code: 'ECONNRESET' }],
    ['nothing', undefined, { kind: 'network' }],
    ['an abort', new DOMException('x', 'AbortError'), { kind: 'invalid-request' }],
    ['a deadline', new DOMException('x', 'TimeoutError'), { kind: 'timed-out' }],
    ['an answer', Object.assign(new Error('x'), { status: 429 }), { kind: 'rate-limited' }],
  ])('takes what a platform throws for what it is: %s', async (_, thrown, expected) => {
    const fetch = () => Promise.reject(thrown);
    const { error } = await outcomeOf(fetchTransport({ fetch })(requestTo(url)));
    expect(error).toMatchObject(expected);
    const body = new ReadableStream({
      start: (controller) => controller.enqueue(new TextEncoder().encode('abc')),
      pull: (controller) => controller.error(thrown),
    });
    const broken = fetchTransport({ fetch: () => Promise.resolve(new Response(body)) });
    const outcome = await outcomeOf(broken(requestTo(url)));
    expect(outcome).toMatchObject({ text: 'abc', error: expected });
  });

  it('passes on an LlmError, and shows a mistake in its fetch', async () => {
    const failing = (thrown: Error): Promise<Outcome> =>
      outcomeOf(fetchTransport({ fetch: () => Promise.reject(thrown) })(requestTo(url)));
    const known = new LlmError('no', { kind: 'unauthorized' });
    expect((await failing(known)).error).toBe(known);
    const mistake = new ReferenceError('nonsense is not defined');
    expect((await failing(mistake)).error!.cause).toMatchObject({ cause: mistake });
  });
});

describe('fetchTransport and its signal', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** A fetch whose body the test ends. */
  function openFetch() {
    let body: ReadableStreamDefaultController | undefined;
    let signal: AbortSignal | null | undefined;
    const stream = new ReadableStream({ start: (controller) => void (body = controller) });
    const transport = fetchTransport({
      fetch: (_, init) => {
        signal = init?.signal;
        return Promise.resolve(new Response(stream));
      },
    });
    body!.enqueue(new Uint8Array(1));
    return {
      transport,
      end: () => body!.close(),
      aborted: () => signal!.aborted,
    };
  }
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  it('leaves it alone after a normal end', async () => {
    const { transport, end, aborted } = openFetch();
    end();
    await outcomeOf(transport(requestTo(url)));
    expect([aborted(), vi.getTimerCount()]).toEqual([false, 0]);
  });

  it('leaves it alone when the body ends by itself behind a whole answer', async () => {
    const { transport, end, aborted } = openFetch();
    const call = transport(requestTo(url, { finished: () => true }));
    await lastValueFrom(call.pipe(take(2)));
    await settled();
    expect([aborted(), vi.getTimerCount()]).toEqual([false, 1]);
    end();
    await settled();
    expect([aborted(), vi.getTimerCount()]).toEqual([false, 0]);
  });

  it('aborts when the body goes on behind a whole answer', async () => {
    const { transport, aborted } = openFetch();
    const call = transport(requestTo(url, { finished: () => true }));
    await lastValueFrom(call.pipe(take(2)));
    await settled();
    vi.runAllTimers();
    expect(aborted()).toBe(true);
  });

  it('aborts at once when the answer is not whole', async () => {
    const { transport, aborted } = openFetch();
    await lastValueFrom(transport(requestTo(url)).pipe(take(2)));
    expect([aborted(), vi.getTimerCount()]).toEqual([true, 0]);
  });
});
