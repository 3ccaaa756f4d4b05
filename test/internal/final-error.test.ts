import { Subject, Subscriber } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { forwardAsFinal, isFinal, startAttempt } from '../../src/internal/final-error';

/** Sends an error down, and tells what `look` saw while it travelled. */
function travel<T>(error: unknown, look: () => T): T {
  let seen: T | undefined;
  const subject = new Subject<never>();
  subject.subscribe({
    error: () => {
      seen = look();
    },
  });
  const destination = Subscriber.create<never>(undefined, (reason: unknown) => {
    subject.error(reason);
  });
  forwardAsFinal(destination, error);
  return seen!;
}

describe('a final error', () => {
  it.each([new Error('mine'), 'text', undefined, null, NaN, 0])(
    'is final as long as it travels: %o',
    (error) => {
      expect(isFinal(error)).toBe(false);
      expect(travel(error, () => isFinal(error))).toBe(true);
      expect(isFinal(error)).toBe(false);
    },
  );

  it('is itself, not one that looks alike', () => {
    expect(travel(new Error('mine'), () => isFinal(new Error('mine')))).toBe(false);
  });

  it('is not final in an attempt that someone starts on hearing of it', () => {
    const error = new Error('mine');
    const seen = travel(error, () => {
      let inside = true;
      startAttempt(() => {
        inside = isFinal(error);
      });
      return [inside, isFinal(error)];
    });
    expect(seen).toEqual([false, true]);
  });

  it('may give way to another for a while', () => {
    const [outer, inner] = [new Error('outer'), new Error('inner')];
    const seen = travel(outer, () => [
      travel(inner, () => [isFinal(outer), isFinal(inner)]),
      [isFinal(outer), isFinal(inner)],
    ]);
    expect(seen).toEqual([
      [false, true],
      [true, false],
    ]);
  });

  it('leaves no trace when something throws', () => {
    const error = new Error('mine');
    expect(() => {
      startAttempt(() => {
        throw error;
      });
    }).toThrow(error);
    expect(isFinal(error)).toBe(false);
  });
});
