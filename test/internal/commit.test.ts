import { describe, expect, it } from 'vitest';
import type { ChatEvent } from '../../src/event/chat-event';
import { Commitment } from '../../src/internal/commit';
import {
  finish,
  reasoningDelta,
  retract,
  start,
  textDelta,
  toolCall,
  usage,
} from '../../src/testing/index';

const after = (...values: readonly unknown[]): string => {
  const committed = new Commitment();
  for (const value of values) committed.add(value);
  if (!committed.made) return 'none';
  return committed.retractable ? 'retractable' : 'plain';
};

const notices: ChatEvent[] = [
  { type: 'retry', attempt: 2, delay: 0, error: 'x' },
  { type: 'route', by: 'failover', name: 'gpt' },
  { type: 'cache', status: 'joined', age: 0 },
  { type: 'wait', by: 'limitConcurrency', ahead: 0 },
  { type: 'repair', attempt: 2, error: 'x' },
  { type: 'degraded', by: 'store', error: 'x' },
];

describe('Commitment', () => {
  it('is made by the first delta, of any kind', () => {
    expect(after()).toBe('none');
    expect(after(start(), textDelta('a'))).toBe('retractable');
    expect(after(start(), reasoningDelta('a'))).toBe('retractable');
    expect(after(start(), toolCall('tool'))).toBe('retractable');
    expect(after({ type: 'tool-call-delta', index: 0, id: '1', name: 'tool', input: '' })).toBe(
      'retractable',
    );
  });

  it('is not made by what may be said twice', () => {
    expect(after(start(), usage({ inputTokens: 1 }), ...notices, finish())).toBe('none');
  });

  it('is undone by a retraction, and may be made again', () => {
    expect(after(textDelta('a'), retract())).toBe('none');
    expect(after(textDelta('a'), retract(), textDelta('b'))).toBe('retractable');
  });

  it.each([[0], ['text'], [undefined], [null], [{}], [{ type: 'other' }], [[]], [NaN]])(
    'is made for good by the plain value %o',
    (value) => {
      expect(after(value)).toBe('plain');
      expect(after(value, textDelta('a'))).toBe('plain');
      expect(after(value, retract())).toBe('plain');
      expect(after(textDelta('a'), value)).toBe('plain');
    },
  );

  it.each([...notices, start(), usage({}), finish()].map(({ type }) => type))(
    'takes a foreign value of type %s for a plain one',
    (type) => {
      expect(after({ type })).toBe('plain');
    },
  );
});
