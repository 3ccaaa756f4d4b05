import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RateAllowances } from '../../src/event/chat-event';
import { rateAllowances } from '../../src/provider/rate-allowances';
import { anthropicFrames, openaiChatFrames } from '../../src/testing/index';
import { bytesOf, deliver } from './replay';

const RECEIVED = Date.parse('2026-03-04T12:00:00Z');
type Headers = Readonly<Record<string, string>>;

describe('rateAllowances', () => {
  it.each<readonly [string, Headers, RateAllowances | undefined]>([
    [
      'OpenAI',
      {
        'x-ratelimit-limit-requests': '500',
        'x-ratelimit-remaining-requests': '499',
        'x-ratelimit-reset-requests': '120ms',
        'x-ratelimit-limit-tokens': '200000',
        'x-ratelimit-remaining-tokens': '199990',
        'x-ratelimit-reset-tokens': '6m0s',
      },
      {
        requests: { limit: 500, remaining: 499, reset: 120 },
        tokens: { limit: 200_000, remaining: 199_990, reset: 360_000 },
      },
    ],
    [
      'Groq',
      {
        'x-ratelimit-limit-requests': '14400',
        'x-ratelimit-remaining-requests': '14370',
        'x-ratelimit-reset-requests': '2m59.56s',
        'x-ratelimit-limit-tokens': '6000',
        'x-ratelimit-remaining-tokens': '5997',
        'x-ratelimit-reset-tokens': '30ms',
      },
      {
        requests: { limit: 14_400, remaining: 14_370, reset: 179_560 },
        tokens: { limit: 6000, remaining: 5997, reset: 30 },
      },
    ],
    [
      'Azure, in milliseconds',
      {
        'x-ratelimit-limit-requests': '120',
        'x-ratelimit-remaining-requests': '119',
        'x-ratelimit-reset-requests': '500',
        'x-ratelimit-renewalperiod-requests': '60',
      },
      { requests: { limit: 120, remaining: 119, reset: 500 } },
    ],
    [
      "Anthropic, by the server's own clock",
      {
        date: 'Wed, 04 Mar 2026 13:00:00 GMT',
        'anthropic-ratelimit-requests-limit': '50',
        'anthropic-ratelimit-requests-remaining': '49',
        'anthropic-ratelimit-requests-reset': '2026-03-04T13:00:02Z',
        'anthropic-ratelimit-tokens-limit': '60000',
        'anthropic-ratelimit-tokens-remaining': '59000',
        'anthropic-ratelimit-tokens-reset': '2026-03-04T12:59:59Z',
        'anthropic-ratelimit-input-tokens-limit': '50000',
      },
      {
        requests: { limit: 50, remaining: 49, reset: 2000 },
        tokens: { limit: 60_000, remaining: 59_000, reset: 0 },
      },
    ],
    [
      'Anthropic, without a date and without a sum',
      {
        'anthropic-ratelimit-input-tokens-limit': '50000',
        'anthropic-ratelimit-input-tokens-remaining': '40000',
        'anthropic-ratelimit-input-tokens-reset': '2026-03-04T12:00:07Z',
      },
      { tokens: { limit: 50_000, remaining: 40_000, reset: 7000 } },
    ],
    [
      'Mistral, which says no reset',
      {
        'x-ratelimit-limit-req-minute': '60',
        'x-ratelimit-remaining-req-minute': '59',
        'x-ratelimit-limit-tokens-minute': '500000',
        'x-ratelimit-remaining-tokens-minute': '499000',
      },
      { requests: { limit: 60, remaining: 59 }, tokens: { limit: 500_000, remaining: 499_000 } },
    ],
    [
      'Together',
      { 'x-ratelimit-limit': '10', 'x-ratelimit-remaining': '9', 'x-ratelimit-reset': '1' },
      { requests: { limit: 10, remaining: 9, reset: 1000 } },
    ],
    [
      "the IETF's draft",
      {
        ratelimit: '"api";r=999;t=295',
        'ratelimit-policy': '"fixed window";"api";q=1000;w=300',
      },
      { requests: { limit: 1000, remaining: 999, reset: 295_000 } },
    ],
    ['nothing at all', { 'content-type': 'text/event-stream' }, undefined],
    ['nothing that can be read', { 'x-ratelimit-limit-requests': 'many' }, undefined],
    [
      'a limit, and a reset that can not be read',
      { 'x-ratelimit-limit-requests': '5', 'x-ratelimit-reset-requests': 'soon' },
      { requests: { limit: 5 } },
    ],
    ['a header that came twice', { 'x-ratelimit-limit': '5, 5' }, { requests: { limit: 5 } }],
    ['a negative count', { 'x-ratelimit-limit': '-5' }, undefined],
  ])('reads %s', (_, headers, expected) => {
    expect(rateAllowances(headers, RECEIVED)).toStrictEqual(expected);
  });

  it('gives whole counts and times that are not past, whatever it reads', () => {
    const names = ['x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset', 'date'];
    const crumbs = ['0', '1', '9', '1e9', '.', '-', ',', ';', 's', 'ms', 'r=', 't=', 'NaN'];
    const text = fc
      .array(fc.constantFrom(...crumbs), { maxLength: 6 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom(...names, 'ratelimit', 'ratelimit-policy'), text),
        (headers) => {
          const {
            limit = 0,
            remaining = 0,
            reset = 0,
          } = rateAllowances(headers, RECEIVED)?.requests ?? {};
          expect(Number.isSafeInteger(limit) && limit >= 0).toBe(true);
          expect(Number.isSafeInteger(remaining) && remaining >= 0).toBe(true);
          expect(reset).toBeGreaterThanOrEqual(0);
        },
      ),
    );
  });
});

describe('the start of an answer', () => {
  it.each([
    ['openai-chat', openaiChatFrames({ text: 'fine' }), 'x-ratelimit-limit-requests'],
    ['anthropic', anthropicFrames({ text: 'fine' }), 'anthropic-ratelimit-requests-limit'],
  ])('tells what the headers of %s say', (protocol, frames, name) => {
    const pieces = [bytesOf(frames.join(''))];
    const { events } = deliver(protocol, { pieces, headers: { [name]: '500' } });
    expect(events[0]).toMatchObject({ type: 'start', rateLimit: { requests: { limit: 500 } } });
    expect(deliver(protocol, { pieces }).events[0]).not.toHaveProperty('rateLimit');
  });
});
