import { map, merge, of, Subject, type Observable } from 'rxjs';

/** Tells those who watch a state that it has changed, at no cost where no one does. */
export class Changes {
  readonly #changes = new Subject<void>();

  readonly tell = (): void => {
    if (this.#changes.observed) this.#changes.next();
  };

  /** What `snapshot` makes of the state, now and whenever it changes. */
  watch<State>(snapshot: () => State): Observable<State> {
    return merge(this.#changes, of(undefined)).pipe(map(snapshot));
  }
}
