import { from, lastValueFrom, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { ChatEvent } from '../../src/event/chat-event';
import { retract, start, textDelta } from '../../src/testing/index';
import { textSoFar } from '../../src/view/text-so-far';

const run = (...events: ChatEvent[]): Promise<string[]> =>
  lastValueFrom(from(events).pipe(textSoFar(), toArray()));

describe('textSoFar', () => {
  it('emits only when the text changes', async () => {
    await expect(run(start(), textDelta(''), textDelta('a'), textDelta(''))).resolves.toEqual([
      'a',
    ]);
    await expect(run(start(), retract(), start(), textDelta('a'))).resolves.toEqual(['a']);
  });

  it('begins anew at a start that comes without a retraction', async () => {
    await expect(run(start(), textDelta('a'), start(), textDelta('b'))).resolves.toEqual([
      'a',
      '',
      'b',
    ]);
  });
});
