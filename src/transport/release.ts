/** How long, and for how many more bytes, the end of a body is waited for. */
const LINGER = 100;
const LINGER_BYTES = 65_536;

/**
 * Lets go of a connection whose answer was read to its end by a subscriber that left.
 * The body mostly ends right behind the answer, and then the connection can serve the
 * next request; if it doesn't end shortly, it is aborted.
 */
export class Release {
  #bytes = 0;
  #done = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly abort: () => void) {}

  /** Waits for the end of the body. It is often in the same piece, so most calls need no timer. */
  linger(): void {
    queueMicrotask(() => {
      if (this.#done) return;
      // After a stall of the process the end may be here, yet unread: so for one more turn.
      this.#wait(LINGER - 1, () => {
        this.#wait(1, this.abort);
      });
    });
  }

  #wait(delay: number, work: () => void): void {
    const timer: { unref?: () => void } | number = (this.#timer = setTimeout(work, delay));
    if (typeof timer === 'object') timer.unref?.();
  }

  /** Counts bytes that came behind the answer. */
  skip(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > LINGER_BYTES) this.abort();
  }

  /** Says that the body has ended. */
  end(): void {
    this.#done = true;
    clearTimeout(this.#timer);
  }
}
