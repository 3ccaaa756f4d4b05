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

// In a run a character is one millisecond, outside it is ten.
function inMilliseconds<T>(parse: () => T): T {
  return new TestScheduler(() => undefined).run(parse);
}
