import type { Subscriber, Unsubscribable } from 'rxjs';
import { isText, type ChatEvent, type TextEvent } from '../event/chat-event';
import { freezeEvent } from './deep-freeze';
import { keepOne } from './keep-one';
import { SharedSubscriber, tellTexts, textTarget, tie, type Origin } from './operate';
import { Recording } from './recording';
import { reportAside, runAside } from './report';

type Reader = Subscriber<ChatEvent>;

/**
 * A call under way that many read: who joins late is told what the current attempt has said so
 * far, then goes on live; the last one leaving aborts it.
 *
 * Unlike `shareReplay`, it forgets what was retracted, and what is news only when it happens.
 * Events are frozen where many read them.
 */
export class Flight extends SharedSubscriber<ChatEvent> {
  #attempt = new Recording();
  /** How many read it, those included who are still told its beginning. */
  #reading = 0;
  // Replaced, not changed: who leaves or joins while an event is told changes nothing for others.
  #live: readonly Seat[] = [];
  #end: ((reader: Reader) => void) | undefined;

  /**
   * @param id - What it answers.
   * @param startedAt - When it was begun.
   * @param onLand - Called before its end is told, with whether that is a completion, and when the
   * last reader has left.
   * @param deadline - Of who began it.
   */
  constructor(
    readonly id: string,
    readonly startedAt: number,
    private readonly onLand: (flight: Flight, complete: boolean) => void,
    readonly deadline = Infinity,
  ) {
    super();
  }

  /** What the current attempt has said so far. */
  get attempt(): Recording {
    return this.#attempt;
  }

  /**
   * Tells a reader, who has a deadline of its own, all of the current attempt, until it leaves.
   * Who hears from a notice first that it joins may make others leave, or end the call.
   */
  tell(reader: Reader, deadline = Infinity, notice?: ChatEvent): void {
    this.#reading += 1;
    const seat = new Seat(this, reader, deadline);
    tie(reader, seat);
    if (notice) reader.next(notice);
    if (this.#attempt.begun) this.#repeat(reader);
    if (reader.closed) return;
    if (this.#end) this.#end(reader);
    // A spread would leave room for many more, and to join lists is slow for the first.
    else this.#live = this.#live.length === 0 ? [seat] : this.#live.concat(seat);
  }

  #repeat(reader: Reader): void {
    // The reader of a repeated event may cause the next live one, which then is read here, too.
    let told: Recording | undefined;
    while (told !== this.#attempt && !reader.closed) {
      // What has been told is void, if it is no more the current attempt.
      if (told) reader.next({ type: 'retract' });
      told = this.#attempt;
      for (const event of told) {
        if (reader.closed || told !== this.#attempt) break;
        reader.next(event);
      }
    }
  }

  /** For a reader that has left. */
  leave(seat: Seat): void {
    this.#reading -= 1;
    this.#live = this.#live.filter((other) => other !== seat);
    // At its end it leaves its source by itself, when all have heard of that.
    if (this.#reading > 0 || this.#end) return;
    this.onLand(this, false);
    this.unsubscribe();
  }

  override nextTexts(pieces: readonly TextEvent[], from: Origin): void {
    const live = this.#live;
    for (const piece of pieces) {
      if (this.#attempt.addText(piece) || live.length > 1) freezeEvent(piece);
    }
    for (const seat of live) {
      try {
        tellTexts(seat.textTarget, pieces, new SeatOrigin(seat.reader, from));
      } catch (thrown) {
        reportAside(thrown);
      }
    }
  }

  // What can't be taken note of is no business of the source.
  protected override onNext(event: ChatEvent): void {
    try {
      const live = this.#live;
      // What is not held, or as a copy, and told to one alone, is nobody else's.
      if (this.#note(event) || live.length > 1) freezeEvent(event);
      for (let at = 0; at < live.length; at += 1) live[at]!.tell(event);
    } catch (thrown) {
      reportAside(thrown);
    }
  }

  protected override _error(error: unknown): void {
    // Those who ask anew share the call of the first of them: let it be who has the most time.
    if (this.deadline !== Infinity) {
      this.#live = [...this.#live].sort((one, other) => other.deadline - one.deadline);
    }
    this.#land(false, (reader) => {
      reader.error(error);
    });
  }

  protected override _complete(): void {
    this.#land(true, (reader) => {
      reader.complete();
    });
  }

  /** Takes note of an event, and tells whether it is itself held. */
  #note(event: ChatEvent): boolean {
    if (isText(event)) return this.#attempt.add(event);
    switch (event.type) {
      case 'retract':
        this.#attempt = new Recording();
        return false;
      case 'start':
        if (this.#attempt.begun) this.#attempt = new Recording();
        return this.#attempt.add(event);
      case 'retry':
      case 'route':
      case 'cache':
      case 'wait':
      case 'repair':
      case 'degraded':
      case 'keep-alive':
        return false;
      default:
        return this.#attempt.add(event);
    }
  }

  #land(complete: boolean, end: (reader: Reader) => void): void {
    this.#end = end;
    this.onLand(this, complete);
    const live = this.#live;
    this.#live = [];
    for (const { reader } of live) {
      runAside(() => {
        end(reader);
      });
    }
    this.unsubscribe();
  }
}

/** Keeps one flight and what belongs to its readers. */
export function keepFlights(): void {
  keepOne(Flight, (reader, nothing) => {
    const flight = new Flight('', 0.5, nothing);
    flight.tell(reader);
    flight.next({ type: 'text-delta', text: '' });
    return [flight, new SeatOrigin(reader, reader)];
  });
}

/** One reader's, given up when it leaves. */
class Seat implements Unsubscribable {
  #textTarget: Reader | undefined;

  constructor(
    private readonly flight: Flight,
    readonly reader: Reader,
    readonly deadline: number,
  ) {}

  get textTarget(): Reader {
    return (this.#textTarget ??= textTarget(this.reader));
  }

  // What one reader throws is no business of the others, nor of the source.
  tell(event: ChatEvent): void {
    try {
      this.reader.next(event);
    } catch (thrown) {
      reportAside(thrown);
    }
  }

  unsubscribe(): void {
    this.flight.leave(this);
  }
}

/**
 * Who stands between a seat and its text target may leave it, while the flight goes on for others.
 *
 * A class, as V8 makes a hidden class anew for each object literal with a getter, which in old memory
 * keeps all that the getter knows until a full garbage collection.
 */
class SeatOrigin implements Origin {
  constructor(
    private readonly reader: Reader,
    private readonly from: Origin,
  ) {}

  get closed(): boolean {
    return this.reader.closed || this.from.closed;
  }
}
