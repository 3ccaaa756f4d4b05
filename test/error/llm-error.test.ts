import { inspect } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { decisions, LlmError, type LlmErrorKind } from '../../src/error/llm-error';

const kinds = Object.keys(decisions) as LlmErrorKind[];

describe('LlmError', () => {
  it('is told by LlmError.is, also across two copies of the module', async () => {
    vi.resetModules();
    const copy = await import('../../src/error/llm-error');
    const theirs = new copy.LlmError('late', { kind: 'timed-out' });
    expect(theirs).not.toBeInstanceOf(LlmError);
    expect(LlmError.is(theirs)).toBe(true);
    expect(copy.LlmError.is(new LlmError('late', { kind: 'timed-out' }))).toBe(true);
  });

  it.each([
    undefined,
    null,
    'LlmError',
    7,
    {},
    new Error('x'),
    { name: 'LlmError', kind: 'server' },
  ])('is not %o', (value) => {
    expect(LlmError.is(value)).toBe(false);
  });

  it('is an Error with a name, a stack and its message', () => {
    const error = new LlmError('acme answered 500', { kind: 'server' });
    expect(error).toBeInstanceOf(Error);
    expect(String(error)).toBe('LlmError: acme answered 500');
    expect(error.stack).toContain('llm-error.test');
    expect(inspect(error)).toContain("kind: 'server'");
  });

  it('has only the fields that are known', () => {
    const error = new LlmError('x', { kind: 'server', status: undefined, cause: undefined });
    expect(Object.keys(error).sort()).toEqual(['failover', 'kind', 'providerFault', 'retryable']);
    expect('cause' in error).toBe(false);
  });

  it('keeps its cause, and the errors of a group', () => {
    const cause = new Error('root');
    const errors = [new LlmError('a', { kind: 'server', cause }), new Error('b')];
    const group = new LlmError('all failed', { kind: 'exhausted', errors });
    expect(group.errors).toBe(errors);
    expect((group.errors?.[0] as LlmError).cause).toBe(cause);
    expect(Object.keys(errors[0] ?? {})).not.toContain('cause');
  });

  it.each(kinds)('lets fields overrule what follows from the kind %s', (kind) => {
    const plain = new LlmError('x', { kind });
    expect(plain).toMatchObject(decisions[kind]);
    const { retryable, failover, providerFault } = decisions[kind];
    const opposite = { retryable: !retryable, failover: !failover, providerFault: !providerFault };
    expect(new LlmError('x', { kind, ...opposite })).toMatchObject(opposite);
  });

  it('never asks again for what the caller must mend first', () => {
    const again = kinds.filter((kind) => decisions[kind].retryable);
    expect(again.sort()).toEqual([
      'malformed',
      'network',
      'overloaded',
      'rate-limited',
      'server',
      'timed-out',
      'truncated',
    ]);
    expect(kinds.filter((kind) => decisions[kind].providerFault).sort()).toEqual(
      again.filter((kind) => kind !== 'rate-limited'),
    );
  });
});
