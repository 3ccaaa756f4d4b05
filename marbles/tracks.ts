import { defer, finalize, type Observable, tap } from 'rxjs';

/** A notification of a track and when it came, in milliseconds of the run. */
export interface TrackMoment {
  readonly frame: number;
  readonly notification:
    | { readonly kind: 'N'; readonly value: unknown }
    | { readonly kind: 'E'; readonly error: unknown }
    | { readonly kind: 'C' };
}

/** One subscription to one row of a case, as it went. */
export interface Track {
  readonly label: string;
  readonly diagram: string;
  /** `Infinity` where nobody subscribed. */
  subscribedFrame: number;
  /** `Infinity` where the stream was never left. */
  unsubscribedFrame: number;
  readonly moments: TrackMoment[];
}

/** A track that nobody has subscribed to yet. */
export function newTrack(label: string, diagram: string): Track {
  const never = { subscribedFrame: Infinity, unsubscribedFrame: Infinity };
  return { label, diagram, ...never, moments: [] };
}

/** Writes what goes through a stream onto a track. */
export function follow<T>(source: Observable<T>, track: Track, now: () => number): Observable<T> {
  return defer(() => {
    track.subscribedFrame = now();
    const note = (notification: TrackMoment['notification']): void => {
      track.moments.push({ frame: now(), notification });
    };
    return source.pipe(
      tap({
        next: (value) => {
          note({ kind: 'N', value });
        },
        error: (error: unknown) => {
          note({ kind: 'E', error });
        },
        complete: () => {
          note({ kind: 'C' });
        },
      }),
      finalize(() => {
        track.unsubscribedFrame = now();
      }),
    );
  });
}
