import { describe, expect, it } from 'vitest';
import { prepare } from '../../src/transport/prepare';
import { requestTo } from './calls';

const headersOf = (headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  prepare(requestTo('http://127.0.0.1:1', { headers })).headers;

describe('the headers of a request', () => {
  it('are named in small letters, and ask for a plain body', () => {
    expect(headersOf({ 'X-Session': 'a' })).toEqual({
      'accept-encoding': 'identity',
      'x-session': 'a',
    });
  });

  it('are checked once where they can not change', () => {
    const headers = Object.freeze({ 'X-Session': 'a' });
    expect(headersOf(headers)).toBe(headersOf(headers));
  });

  it('are looked at again each time where they may have changed', () => {
    const headers: Record<string, string> = { 'X-Session': 'a' };
    headersOf(headers);
    headers['X-Session'] = 'b';
    expect(headersOf(headers)).toMatchObject({ 'x-session': 'b' });
    headers['X-Session'] = 'b\r\nx: y';
    expect(() => headersOf(headers)).toThrow('ERR_INVALID_CHAR');
  });
});
