import { describe, expect, it } from 'vitest';
import { prepare } from '../../src/transport/prepare';

const ask = (headers: Record<string, string>) =>
  prepare({ url: 'http://127.0.0.1/v1', headers, body: '{}', finished: () => false });

describe('prepare', () => {
  it('gives each request headers of its own, also where those given are frozen', () => {
    const headers = Object.freeze({ 'X-Tenant': 'a' });
    expect(ask(headers).headers).toEqual({ 'accept-encoding': 'identity', 'x-tenant': 'a' });
    const again = ask(headers).headers;
    expect(again).toEqual({ 'accept-encoding': 'identity', 'x-tenant': 'a' });
    expect(ask(headers).headers).not.toBe(again);
  });

  it('looks anew at headers that may have changed', () => {
    const headers = { 'x-tenant': 'a' };
    ask(headers);
    headers['x-tenant'] = 'b';
    expect(ask(headers).headers).toEqual({ 'accept-encoding': 'identity', 'x-tenant': 'b' });
    headers['x-tenant'] = 'b\n';
    expect(() => ask(headers)).toThrow('ERR_INVALID_CHAR');
  });

  it('refuses frozen headers each time', () => {
    const headers = Object.freeze({ 'x-tenant': 'b\n' });
    for (let time = 0; time < 2; time += 1) expect(() => ask(headers)).toThrow('ERR_INVALID_CHAR');
  });
});
