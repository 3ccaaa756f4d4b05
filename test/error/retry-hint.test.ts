import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { retryHint } from '../../src/error/retry-hint';

const RECEIVED = Date.UTC(2026, 2, 4, 12, 0, 0);
const LONGEST = 2 ** 31 - 1;

type Headers = Readonly<Record<string, string>>;
type Vector = readonly [headers: Headers, expected: number | undefined];

const check = ([headers, expected]: Vector): void => {
  expect(retryHint(headers, undefined, RECEIVED)).toBe(expected);
};

const retryInfo = (retryDelay: unknown): unknown => ({
  error: { details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay }] },
});

const routed = (headers: unknown): unknown => ({ error: { code: 429, metadata: { headers } } });

describe('retryHint, retry-after-ms', () => {
  it.each<Vector>([
    [{ 'retry-after-ms': '1500' }, 1500],
    [{ 'retry-after-ms': '0' }, 0],
    [{ 'retry-after-ms': '12.5' }, 13],
    [{ 'retry-after-ms': ' 40 ' }, 40],
    [{ 'retry-after-ms': '40, 90, 70' }, 90],
    [{ 'retry-after-ms': '2147483647' }, LONGEST],
    [{ 'retry-after-ms': '2147483648' }, LONGEST],
    [{ 'retry-after-ms': '9'.repeat(400) }, LONGEST],
    [{ 'retry-after-ms': '' }, undefined],
    [{ 'retry-after-ms': 'NaN' }, undefined],
    [{ 'retry-after-ms': '-5' }, undefined],
    [{ 'retry-after-ms': 'Infinity' }, undefined],
    [{ 'retry-after-ms': '1e3' }, undefined],
    [{ 'retry-after-ms': '0x10' }, undefined],
    [{ 'retry-after-ms': '5 s' }, undefined],
    [{ 'retry-after-ms': '-5, 30' }, 30],
    [{ 'retry-after-ms': '700', 'retry-after': '60' }, 700],
    [{ 'retry-after-ms': 'soon', 'retry-after': '60' }, 60_000],
  ])('%j', (...vector) => {
    check(vector);
  });
});

describe('retryHint, retry-after', () => {
  const date = 'Wed, 04 Mar 2026 11:00:00 GMT';
  it.each<Vector>([
    [{ 'retry-after': '12' }, 12_000],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after': '1.5' }, 1500],
    [{ 'retry-after': '0.0001' }, 1],
    [{ 'retry-after': '16.1' }, 16_100],
    [{ 'retry-after': '2.007' }, 2007],
    [{ 'retry-after': '2.000000001' }, 2001],
    [{ 'retry-after': '1, 2' }, 2000],
    [{ 'retry-after': '9999999999' }, LONGEST],
    [{ 'retry-after': '' }, undefined],
    [{ 'retry-after': ',' }, undefined],
    [{ 'retry-after': '-1' }, undefined],
    [{ 'retry-after': 'soon' }, undefined],
    [{ 'retry-after': '12s' }, undefined],
    [{ 'retry-after': 'Wed, 04 Mar 2026 12:00:30 GMT' }, 30_000],
    [{ 'retry-after': 'Wednesday, 04-Mar-26 12:00:30 GMT' }, 30_000],
    [{ 'retry-after': '2026-03-04T12:00:30Z' }, 30_000],
    [{ 'retry-after': 'Wed, 04 Mar 2026 12:00:30 GMT', date }, 3_630_000],
    [{ 'retry-after': 'Wed, 04 Mar 2026 11:00:00 GMT', date }, 0],
    [{ 'retry-after': 'Wed, 04 Mar 2026 10:59:59 GMT', date }, undefined],
    [{ 'retry-after': 'Wed, 04 Mar 2026 12:00:30 GMT', date: 'yesterday' }, 30_000],
    [{ 'retry-after': 'Wed, 04 Mar 2026 12:00:30 GMT, 120' }, 120_000],
    [{ 'retry-after': '10, Wed, 04 Mar 2026 12:00:30 GMT' }, 30_000],
    [{ 'retry-after': 'Wed, 04 Mar 2026 12:00:30 GMT, Wed, 04 Mar 2026 12:00:40 GMT' }, 40_000],
    [{ 'retry-after': 'Fri, 01 Jan 2099 00:00:00 GMT' }, LONGEST],
    [{ 'retry-after': 'Wed, 99 Mar 2026 12:00:30 GMT' }, undefined],
    [{ 'retry-after': 'Wed, 04 Foo 2026 12:00:30 GMT' }, undefined],
    [
      {
        'retry-after': '12',
        'x-ratelimit-remaining-tokens': '0',
        'x-ratelimit-reset-tokens': '50s',
      },
      12_000,
    ],
  ])('%j', (...vector) => {
    check(vector);
  });

  it('takes a date for nothing where no clock is known', () => {
    const headers = { 'retry-after': 'Wed, 04 Mar 2026 12:00:30 GMT' };
    expect(retryHint(headers, undefined, undefined)).toBeUndefined();
    expect(retryHint(headers, undefined, NaN)).toBeUndefined();
    expect(retryHint({ ...headers, date }, undefined, undefined)).toBe(3_630_000);
  });
});

describe('retryHint, the body', () => {
  it.each<readonly [unknown, number | undefined]>([
    [retryInfo('34.4s'), 34_400],
    [retryInfo('2.000000001s'), 2001],
    [retryInfo('0s'), 0],
    [retryInfo('-1s'), undefined],
    [retryInfo('s'), undefined],
    [retryInfo(''), undefined],
    [retryInfo(34), undefined],
    [retryInfo('9999999999s'), LONGEST],
    [[retryInfo('7s')], 7000],
    [{ details: [{ retryDelay: '7s' }] }, 7000],
    [routed({ 'X-RateLimit-Reset': String(RECEIVED + 5000) }), 5000],
    [routed({ 'X-RateLimit-Reset': RECEIVED + 5000, 'X-RateLimit-Remaining': '0' }), 5000],
    [routed({ 'X-RateLimit-Reset': RECEIVED + 5000, 'X-RateLimit-Remaining': '3' }), undefined],
    [routed({ 'X-RateLimit-Reset': String(RECEIVED - 5000) }), undefined],
    [routed({ 'X-RateLimit-Reset': { toString: 1 } }), undefined],
    [routed(null), undefined],
    [{ error: { details: 'RetryInfo' } }, undefined],
    ['retry in 5 s', undefined],
    [null, undefined],
  ])('%j', (body, expected) => {
    expect(retryHint(undefined, body, RECEIVED)).toBe(expected);
  });

  it('stands behind retry-after and before the resets', () => {
    const limits = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '50' };
    expect(retryHint({ 'retry-after': '1', ...limits }, retryInfo('7s'), RECEIVED)).toBe(1000);
    expect(retryHint(limits, retryInfo('7s'), RECEIVED)).toBe(7000);
    expect(retryHint(limits, retryInfo('-7s'), RECEIVED)).toBe(50_000);
  });
});

describe('retryHint, resets of used-up limits', () => {
  const openai = (reset: string, remaining = '0'): Headers => ({
    'x-ratelimit-remaining-requests': remaining,
    'x-ratelimit-reset-requests': reset,
  });
  const date = 'Wed, 04 Mar 2026 12:00:00 GMT';
  it.each<Vector>([
    [openai('12ms'), 12],
    [openai('0s'), 0],
    [openai('1s'), 1000],
    [openai('6m0s'), 360_000],
    [openai('20m52.666s'), 1_252_666],
    [openai('17.399999999s'), 17_400],
    [openai('1h2m3s'), 3_723_000],
    [openai('2d'), 172_800_000],
    [openai('500us'), 1],
    [openai('30d'), LONGEST],
    [openai('5'), 5000],
    [openai(''), undefined],
    [openai('5x'), undefined],
    [openai('s5'), undefined],
    [openai('-5s'), undefined],
    [openai('1s', '3'), undefined],
    [openai('1s', ''), undefined],
    [openai('1s', 'none'), undefined],
    [openai('1s', '-1'), 1000],
    [openai('1s, 4s', '0, 0'), 4000],
    [{ 'x-ratelimit-reset-requests': '1s' }, undefined],
    [
      { ...openai('1s'), 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '3s' },
      3000,
    ],
    [
      { ...openai('1s'), 'x-ratelimit-remaining-tokens': '9', 'x-ratelimit-reset-tokens': '3s' },
      1000,
    ],
    // Azure: bare milliseconds.
    [{ ...openai('500'), 'x-ratelimit-renewalperiod-requests': '60' }, 500],
    [
      {
        'x-ratelimit-remaining-tokens': '0',
        'x-ratelimit-reset-tokens': '7',
        'x-ratelimit-renewalperiod-requests': '60',
      },
      7,
    ],
    // Anthropic: times, against the server's clock.
    [
      {
        'anthropic-ratelimit-tokens-remaining': '0',
        'anthropic-ratelimit-tokens-reset': '2026-03-04T12:00:33Z',
        date,
      },
      33_000,
    ],
    [
      {
        'anthropic-ratelimit-requests-remaining': '49',
        'anthropic-ratelimit-requests-reset': '2026-03-04T12:00:50Z',
        'anthropic-ratelimit-input-tokens-remaining': '0',
        'anthropic-ratelimit-input-tokens-reset': '2026-03-04T14:00:20+02:00',
        date,
      },
      20_000,
    ],
    [
      {
        'anthropic-ratelimit-tokens-remaining': '0',
        'anthropic-ratelimit-tokens-reset': '2026-03-04T11:59:00Z',
        date,
      },
      undefined,
    ],
    // Together: seconds. Others: seconds or milliseconds since 1970.
    [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '2' }, 2000],
    [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(RECEIVED / 1000 + 9) }, 9000],
    [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(RECEIVED + 9) }, 9],
    // Mistral: counts, but no reset.
    [{ 'x-ratelimit-remaining-tokens-minute': '0' }, undefined],
    // The IETF's draft.
    [{ ratelimit: '"api";r=0;t=295' }, 295_000],
    [{ ratelimit: '"api";r=999;t=295' }, undefined],
    [{ ratelimit: '"a";r=0;t=5, "b"; r=0; t=8, "c";r=1;t=90' }, 8000],
    [{ ratelimit: '"api";r=0' }, undefined],
    [{ ratelimit: '"api";r=0;t=-3' }, undefined],
    [{ 'ratelimit-remaining': '0', 'ratelimit-reset': '4' }, 4000],
  ])('%j', (...vector) => {
    check(vector);
  });
});

describe('retryHint, for any input', () => {
  const names = [
    'retry-after-ms',
    'retry-after',
    'date',
    'ratelimit',
    'x-ratelimit-remaining',
    'x-ratelimit-reset',
    'x-ratelimit-remaining-tokens',
    'x-ratelimit-reset-tokens',
    'x-ratelimit-renewalperiod-tokens',
    'anthropic-ratelimit-tokens-remaining',
    'anthropic-ratelimit-tokens-reset',
    '__proto__',
  ];
  // Made of what hints are made of, so that many come near to being one.
  const crumb = fc.constantFrom(
    ...['0', '1', '59', '1e9', '2147483648', '.', '-', '+', ',', ' ', ';', ':', '=', 'Z', 'T', '"'],
    ...['s', 'ms', 'm', 'h', 'ns', 'r=0', 't=7', 'NaN', 'Infinity', 'GMT', 'Wed, ', '04 Mar 2026'],
    ...['12:00:30', '2026-03-04', '2026-03-04T12:00:30Z', 'Wed, 04 Mar 2026 12:00:30 GMT', 'µs'],
  );
  const clock = fc.integer({ min: RECEIVED - 100_000, max: RECEIVED + 100_000 });
  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.array(crumb, { maxLength: 8 }).map((crumbs) => crumbs.join('')),
    fc.double().map(String),
    fc.nat().map(String),
    fc.nat(9).map((seconds) => `${String(seconds / 7)}s`),
    clock.map((instant) => new Date(instant).toISOString()),
    clock.map((instant) => new Date(instant).toUTCString()),
    fc.constantFrom('0', '0, 0', '"api";r=0;t=4'),
  );
  const headers = fc.dictionary(fc.constantFrom(...names), text, { minKeys: 1, maxKeys: 6 });
  const body = fc.oneof(
    fc.anything(),
    text.map(retryInfo),
    fc.anything().map(routed),
    text.map((reset) => routed({ 'x-ratelimit-reset': reset })),
  );

  it('gives nothing, or milliseconds that a timer can take', () => {
    let found = 0;
    fc.assert(
      fc.property(headers, body, fc.oneof(fc.double(), fc.constant(RECEIVED)), (bag, said, now) => {
        const hint = retryHint(bag, said, now);
        if (hint === undefined) return;
        found++;
        expect(Number.isInteger(hint)).toBe(true);
        expect(hint).toBeGreaterThanOrEqual(0);
        expect(hint).toBeLessThanOrEqual(LONGEST);
      }),
      { numRuns: 2000 },
    );
    expect(found).toBeGreaterThan(100);
  });

  it('survives headers that are none', () => {
    for (const bag of [5, 'text', [], { 'retry-after': 12 }, { 'retry-after': ['1'] }]) {
      expect(retryHint(bag as unknown as Headers, undefined, RECEIVED)).toBeUndefined();
    }
  });

  it('gives up on a value of absurd length', () => {
    for (const piece of ['1', '1.1', '1s', ',', '0 ', '1,']) {
      const long = piece.repeat(100_000);
      const bag = Object.fromEntries(names.map((name) => [name, long]));
      expect(retryHint(bag, retryInfo(long), RECEIVED)).toBeUndefined();
    }
  });
});
