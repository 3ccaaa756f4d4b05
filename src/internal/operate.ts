import { Subscriber, Subscription, type Unsubscribable } from 'rxjs';
import type { TextEvent } from '../event/chat-event';
import { keepOne } from './keep-one';

/** Where pieces of text come from that are told at once; no more of them once it is closed. */
export interface Origin {
  readonly closed: boolean;
}

/** What an operator does with its source's notifications; what is left out is forwarded. */
export interface Overrides<In> {
  readonly next?: (value: In) => void;
  readonly error?: (reason: unknown) => void;
  readonly complete?: () => void;
}

/**
 * A subscriber for a hand-written operator. It is linked to its destination before
 * the source runs, so that `take(3)` stops a synchronous source, and a throw in a
 * callback becomes the destination's error.
 */
export function operate<In, Out>(
  destination: Subscriber<Out>,
  overrides: Overrides<In>,
): Subscriber<In> {
  keepOne(OverridingSubscriber, (reader, nothing) => new OverridingSubscriber(reader, nothing));
  return new OverridingSubscriber(destination, overrides);
}

/**
 * A subscriber that ends with at most one other, which it listens to: a field in place of RxJS's
 * list, as a pipeline has a dozen of them for each open stream.
 *
 * The class is public in RxJS 7, its constructor is marked internal; RxJS 8 replaces it with an
 * `operate` of its own, so this file is the one place that knows.
 */
abstract class LinkedSubscriber<In> extends Subscriber<In> {
  // Not defined as fields, here and below: to define those is slow where many classes share them.
  declare private source: Unsubscribable | undefined;

  protected constructor() {
    super();
    this.source = undefined;
  }

  /** Takes a source that is left with this, if it has none yet. */
  link(source: Unsubscribable): boolean {
    if (this.closed || this.source) return false;
    this.source = source;
    return true;
  }

  unlink(source: Unsubscribable): void {
    if (this.source === source) this.source = undefined;
  }

  /**
   * Takes pieces of text, with nothing else in them, that came at once behind one that has gone
   * through by itself.
   */
  abstract nextTexts(pieces: readonly TextEvent[], from: Origin): void;

  override unsubscribe(): void {
    if (this.closed) return;
    const source = this.source;
    this.source = undefined;
    try {
      super.unsubscribe();
    } catch (thrown) {
      // RxJS tells of all that its teardowns throw.
      const rest = new Subscription(() => {
        throw thrown;
      });
      rest.add(source);
      rest.unsubscribe();
    }
    source?.unsubscribe();
  }
}

/** The first one from a reader on that does something with text. */
export function textTarget(reader: Subscriber<never>): Subscriber<never> {
  let target = reader;
  while (target instanceof OperatorSubscriber && target.passesText)
    target = target.out as Subscriber<never>;
  return target;
}

/** Tells a {@link textTarget} what {@link LinkedSubscriber.nextTexts} takes. */
export function tellTexts(
  target: Subscriber<never>,
  pieces: readonly TextEvent[],
  from: Origin,
): void {
  if (target instanceof LinkedSubscriber) target.nextTexts(pieces, from);
  else for (const piece of pieces) if (!target.closed && !from.closed) target.next(piece as never);
}

/** Has a source left with the subscriber that it is read by. */
export function tie(reader: Subscriber<never>, source: Unsubscribable): void {
  if (!(reader instanceof LinkedSubscriber && reader.link(source))) reader.add(source);
}

/**
 * What `operate` makes, to extend where each call has a state: one object with fields is less than
 * half of what closures take.
 */
export abstract class OperatorSubscriber<In, Out = In> extends LinkedSubscriber<In> {
  declare readonly out: Subscriber<Out>;

  constructor(out: Subscriber<Out>) {
    super();
    this.out = out;
    // `onLeave` would find none of the fields there yet.
    if (out.closed) super.unsubscribe();
    else tie(out, this);
  }

  /** In place of `_next`, as values pass through here more often than through anything else. */
  override next(value: In): void {
    if (this.isStopped) {
      super.next(value);
      return;
    }
    try {
      this.onNext(value);
    } catch (thrown) {
      this.out.error(thrown);
    }
  }

  override nextTexts(pieces: readonly TextEvent[], from: Origin): void {
    try {
      for (const piece of pieces) {
        // Who hears of a piece may leave, or end what it comes from.
        if (this.isStopped || from.closed) return;
        this.onNext(piece as In);
      }
    } catch (thrown) {
      this.out.error(thrown);
    }
  }

  protected override _error(reason: unknown): void {
    try {
      this.onError(reason);
    } catch (thrown) {
      this.out.error(thrown);
    } finally {
      this.unsubscribe();
    }
  }

  protected override _complete(): void {
    try {
      this.onComplete();
    } catch (thrown) {
      this.out.error(thrown);
    } finally {
      this.unsubscribe();
    }
  }

  override unsubscribe(): void {
    if (this.closed) return;
    try {
      super.unsubscribe();
    } finally {
      if (this.out instanceof LinkedSubscriber) this.out.unlink(this);
      this.onLeave();
    }
  }

  /**
   * Whether a piece of text, coming at the same time as the one before, would be passed on as it is
   * and change nothing here.
   */
  get passesText(): boolean {
    return false;
  }

  protected onNext(value: In): void {
    this.out.next(value as never);
  }

  protected onError(reason: unknown): void {
    this.out.error(reason);
  }

  protected onComplete(): void {
    this.out.complete();
  }

  /**
   * Called when the source has been left, for whatever reason, also after its end. It is not called
   * where the destination was closed from the beginning.
   */
  protected onLeave(): void {
    // Most operators have nothing to give back.
  }
}

/**
 * An operator that holds something for its call, and gives it back in `onLeave`: at the end before
 * the consumer hears of it, so that who then asks again finds it free.
 */
export abstract class LeaseSubscriber<In, Out = In> extends OperatorSubscriber<In, Out> {
  protected override onError(reason: unknown): void {
    this.onLeave();
    super.onError(reason);
  }

  protected override onComplete(): void {
    this.onLeave();
    super.onComplete();
  }

  protected abstract override onLeave(): void;
}

/** A subscriber that many listen to, who come and go, so that no destination is its own. */
export abstract class SharedSubscriber<In> extends LinkedSubscriber<In> {
  override next(value: In): void {
    if (this.isStopped) super.next(value);
    else this.onNext(value);
  }

  protected abstract onNext(value: In): void;
}

class OverridingSubscriber<In, Out> extends OperatorSubscriber<In, Out> {
  constructor(
    out: Subscriber<Out>,
    private readonly overrides: Overrides<In>,
  ) {
    super(out);
  }

  protected override onNext(value: In): void {
    if (this.overrides.next) this.overrides.next(value);
    else super.onNext(value);
  }

  protected override onError(reason: unknown): void {
    if (this.overrides.error) this.overrides.error(reason);
    else super.onError(reason);
  }

  protected override onComplete(): void {
    if (this.overrides.complete) this.overrides.complete();
    else super.onComplete();
  }
}
