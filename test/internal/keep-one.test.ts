import { expect, test } from 'vitest';
import { startProgram } from '../support/program';

// Each of them is optimised for objects of other classes of a call.
const ours = new Set([
  ...['Attempt', 'Coalescer', 'EventReader', 'FastLane', 'HandlerCall', 'Holder'],
  ...['OverridingSubscriber', 'Run', 'SharedAttempt', 'UndiciCall'],
  ...['#arm', '#earlierBelow', '#hear', '#put', '#settle', 'admits', 'ask', 'askNext', 'callOf'],
  ...['hold', 'nextTexts', 'onLeave', 'onNext', 'release', 'tell', 'wake'],
]);

test('a garbage collection while nothing is asked forgets no code for objects of a call', async () => {
  const program = ['--import', 'tsx', 'test/support/idle-collection.ts'];
  const { code, stdout } = await startProgram([process.execPath, ...program]).ended;
  const lost = [...stdout.matchAll(/<SharedFunctionInfo ([^>]+)>.* weak objects/g)];
  expect(code).toBe(0);
  // Node's own, which shows that this is how it is told.
  expect(lost.length).toBeGreaterThan(0);
  expect(lost.map(([, name]) => name).filter((name) => ours.has(name!))).toEqual([]);
});
