import { eventValues } from 'rxllm/testing';
import { TestScheduler } from 'rxjs/testing';
import type { TrackMoment } from './tracks';

/** The notifications of a diagram, with the letters of chat events. */
export function parseDiagram(
  diagram: string,
  values: Readonly<Record<string, unknown>> | undefined,
  error: unknown,
): readonly TrackMoment[] {
  return inMilliseconds(() =>
    TestScheduler.parseMarbles(diagram, eventValues(values), error, false, true),
  );
}

/** When a diagram such as `'--^---!'` subscribes and unsubscribes. */
export function parseSpan(diagram: string): {
  readonly subscribedFrame: number;
  readonly unsubscribedFrame: number;
} {
  return inMilliseconds(() => TestScheduler.parseMarblesAsSubscriptions(diagram, true));
}

// Outside of a run a character is ten frames.
function inMilliseconds<T>(parse: () => T): T {
  const before = TestScheduler.frameTimeFactor;
  TestScheduler.frameTimeFactor = 1;
  try {
    return parse();
  } finally {
    TestScheduler.frameTimeFactor = before;
  }
}
