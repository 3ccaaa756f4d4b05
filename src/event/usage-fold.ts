import { asksAnew, type ChatEvent } from './chat-event';
import { addUsage, type Usage } from './usage';

/** Adds up what a call has used: in all its attempts, and in those that lost a race for it. */
export class UsageFold {
  #spent: Usage = {};
  #current: Usage = {};
  #cached = false;

  /** Of the current attempt, as it said last. */
  get current(): Usage {
    return this.#current;
  }

  /** Of all attempts so far; a cached answer used nothing. */
  get total(): Usage {
    return this.#cached ? this.#spent : addUsage(this.#spent, this.#current);
  }

  /** Whether the current attempt comes from a cache. */
  get cached(): boolean {
    return this.#cached;
  }

  /** Takes the next event. */
  add(event: ChatEvent): void {
    if (asksAnew(event)) {
      this.#settle();
      this.#cached = false;
    }
    switch (event.type) {
      case 'start':
      case 'retract':
        this.#settle();
        break;
      case 'usage':
        this.#current = event.usage;
        break;
      case 'finish':
        this.#current = event.usage ?? this.#current;
        break;
      case 'route':
        if (this.#cached) break;
        for (const { usage = {} } of event.losers ?? []) {
          this.#spent = addUsage(this.#spent, usage);
        }
        break;
      case 'cache':
        this.#cached = true;
        break;
    }
  }

  #settle(): void {
    this.#spent = this.total;
    this.#current = {};
  }
}
