import {
  asyncScheduler,
  delay,
  dematerialize,
  merge,
  NEVER,
  type Observable,
  of,
  type SchedulerLike,
  VirtualTimeScheduler,
} from 'rxjs';
import { parseDiagram, parseSpan } from './diagram';
import type { Stage } from './inputs';
import type { TrackMoment } from './tracks';

/** A case on a clock that goes in steps: after each moment the promises get their turn. */
export class PromiseStage implements Stage {
  readonly #clock = new VirtualTimeScheduler();

  readonly play: Stage['play'] = (diagram, values, error) =>
    playMoments(parseDiagram(diagram, values, error), this.#clock) as ReturnType<Stage['play']>;

  readonly playRequests: Stage['playRequests'] = () => {
    throw new Error('a case with promises has no requests');
  };

  readonly now = (): number => this.#clock.frame;

  /** Subscribes to a stream as a diagram says. */
  subscribe(stream: Observable<unknown>, diagram = '^'): void {
    const { subscribedFrame, unsubscribedFrame } = parseSpan(diagram);
    this.#clock.schedule(() => {
      const subscription = stream.subscribe({ error: () => undefined });
      if (unsubscribedFrame === Infinity) return;
      this.#clock.schedule(() => {
        subscription.unsubscribe();
      }, unsubscribedFrame - subscribedFrame);
    }, subscribedFrame);
  }

  /** Lets all time pass. */
  async run(): Promise<void> {
    for (let next = this.#clock.actions[0]; next; next = this.#clock.actions[0]) {
      this.#clock.maxFrames = next.delay;
      this.#clock.flush();
      await new Promise(setImmediate);
    }
  }
}

/** Plays recorded notifications again, at their own times from now on. */
export function playMoments(
  moments: readonly TrackMoment[],
  scheduler: SchedulerLike = asyncScheduler,
): Observable<unknown> {
  const notifications = moments.map(({ frame, notification }) =>
    of(notification).pipe(delay(frame, scheduler)),
  );
  // What was left without an end goes on.
  return merge(NEVER, ...notifications).pipe(dematerialize());
}
