import { concat, defer, from, lastValueFrom, of, retry, throwError, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { ChatEvent } from '../../src/event/chat-event';
import {
  finish,
  reasoningDelta,
  retract,
  start,
  textDelta,
  toolCall,
} from '../../src/testing/index';
import { textDeltas } from '../../src/view/text-deltas';

const run = (...events: ChatEvent[]): Promise<string[]> =>
  lastValueFrom(from(events).pipe(textDeltas(), toArray()));

describe('textDeltas', () => {
  it('leaves out all that is not text', async () => {
    await expect(
      run(start(), reasoningDelta('hm'), textDelta('a'), toolCall('t'), textDelta('b'), finish()),
    ).resolves.toEqual(['a', 'b']);
  });

  it('minds a retraction only once text was passed on', async () => {
    await expect(run(reasoningDelta('hm'), retract(), start(), textDelta('a'))).resolves.toEqual([
      'a',
    ]);
    await expect(run(textDelta('a'), retract())).rejects.toMatchObject({
      kind: 'retracted',
      retryable: false,
    });
  });

  it('takes an empty piece for no text', async () => {
    const pieces = await run(start(), textDelta(''), retract(), start(), textDelta('a'));
    expect(pieces.join('')).toBe('a');
  });

  it('joins no text of two attempts, also where nobody has retracted the first', async () => {
    let attempts = 0;
    const attempt = defer(() => {
      attempts += 1;
      const said = of(start(), textDelta('Hel'));
      return attempts === 1
        ? concat(
            said,
            throwError(() => 'broken'),
          )
        : said;
    });
    const pieces = attempt.pipe(retry(1), textDeltas(), toArray());
    await expect(lastValueFrom(pieces)).rejects.toMatchObject({ kind: 'retracted' });
  });
});
