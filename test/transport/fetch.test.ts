import { describe, expect, it, vi } from 'vitest';
import { fetchTransport } from '../../src/transport/fetch';
import { outcomeOf, requestTo } from './calls';

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

  it('fails with what its fetch throws', async () => {
    const fetch = (): never => {
      throw new TypeError('no route');
    };
    const { error } = await outcomeOf(fetchTransport({ fetch })(requestTo(url)));
    expect(error).toMatchObject({ kind: 'network', cause: { cause: { message: 'no route' } } });
  });
});
