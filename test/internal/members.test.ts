import { NEVER } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { LlmError } from '../../src/error/llm-error';
import { exhausted, isChatRequest, memberEntries } from '../../src/internal/members';
import { prompt } from '../../src/request/messages';

describe('memberEntries', () => {
  it('gives the members in the order of the record', () => {
    const [b, a] = [() => NEVER, () => NEVER];
    expect(memberEntries('failover', { b, a })).toEqual([
      ['b', b],
      ['a', a],
    ]);
  });

  it('refuses an empty record, and what is no handler', () => {
    expect(() => memberEntries('failover', {})).toThrow(
      new RangeError('failover: needs at least one member, got an empty record'),
    );
    expect(() => memberEntries('failover', { a: () => NEVER, b: NEVER as never })).toThrow(
      new TypeError("failover: member 'b' must be a handler, got object"),
    );
  });
});

describe('exhausted', () => {
  it('names each failure by its kind and never by its text, and holds them all', () => {
    const known = new LlmError('a text that may echo the prompt', { kind: 'server' });
    const foreign = new Error('a text that may echo the prompt');
    const error = exhausted('failover', [
      { name: 'gpt', error: known },
      { name: 'claude', error: foreign },
      { name: 'local', error: undefined },
    ]);
    expect(error.kind).toBe('exhausted');
    expect(error.retryable).toBe(false);
    expect(error.errors).toEqual([known, foreign, undefined]);
    expect(error.message).toBe(
      'failover: every member failed: gpt (server), claude (foreign error), local (foreign error); see errors',
    );
  });
});

describe('isChatRequest', () => {
  it('tells a request with messages from any other value', () => {
    expect(isChatRequest(prompt('?'))).toBe(true);
    for (const other of [undefined, null, 0, '', 'text', {}, { messages: 'text' }, []]) {
      expect(isChatRequest(other)).toBe(false);
    }
  });
});
