import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../support/watch';
import { faultNamed, placeOf } from './faults';
import { answerOf, type Plan } from './plan';
import { isBeforeOutput, type Position } from './positions';

export const LAST_CHUNK = '0\r\n\r\n';
export const CHUNKED = 'transfer-encoding: chunked';

/** How long a client is given to read what was sent before a reset drops it. */
const READ_TIME = 100;

/** One request and its response, as a fault finds it: the body in two parts. */
export class Exchange {
  readonly random: () => number;
  readonly at: Position;
  /** The bytes of the body before the fault strikes, and the ones after. */
  readonly before: Buffer;
  readonly rest: Buffer;
  #begun = false;

  constructor(
    readonly socket: Socket,
    readonly plan: Plan,
    /** Aborted when the connection is closed. */
    readonly signal: AbortSignal,
  ) {
    const { fault, at = 'connect', seed = 0 } = plan;
    const { frames, before } = answerOf(plan);
    this.random = seededRandom(seed);
    this.at = fault === undefined ? 'connect' : placeOf(faultNamed(fault), at);
    const body = Buffer.from(frames.join(''));
    const whole = frames.slice(0, before(this.at)).join('').length;
    // Some bytes of the frame that is struck, never so many that it can be read.
    const part = this.headless ? 0 : this.random() * 0.8 * frames[before(this.at)]!.length;
    const cut = whole + Math.floor(part);
    this.before = body.subarray(0, cut);
    this.rest = body.subarray(cut);
  }

  /** Whether the fault strikes before the headers are sent. */
  get headless(): boolean {
    return this.at === 'connect' || this.at === 'before-headers';
  }

  /** Whether it strikes before the first token. */
  get early(): boolean {
    return isBeforeOutput(this.at);
  }

  /** Sends all that comes before the fault, in chunks. */
  begin(): void {
    if (!this.headless) this.write(this.#head() + chunkOf(this.before));
  }

  /** All that is still to be sent. */
  remainder(): string {
    return this.#head() + chunkOf(this.rest) + LAST_CHUNK;
  }

  /** Sends all of it at once. */
  end(): void {
    this.write(this.remainder());
  }

  write(text: string): void {
    this.socket.write(text, 'latin1');
  }

  /** Sends a text in pieces, with a wait after each. */
  async trickle(text: string, length: () => number, pause: number): Promise<void> {
    for (let at = 0; at < text.length;) {
      const piece = text.slice(at, at + length());
      this.write(piece);
      at += piece.length;
      await this.sleep(pause);
    }
  }

  sleep(milliseconds: number): Promise<void> {
    return sleep(milliseconds, undefined, { signal: this.signal });
  }

  /** Resolves never; the client leaves. */
  async stall(): Promise<void> {
    await this.sleep(2 ** 30);
  }

  /** Resets the connection after what was sent has been read. */
  async reset(): Promise<void> {
    await this.sleep(READ_TIME);
    this.socket.resetAndDestroy();
  }

  #head(): string {
    if (this.#begun) return '';
    this.#begun = true;
    return headOf(200, CHUNKED);
  }
}

/** A status line and headers. */
export function headOf(status: number, ...headers: readonly string[]): string {
  const lines = [`HTTP/1.1 ${String(status)} X`, 'content-type: text/event-stream', ...headers];
  return `${lines.join('\r\n')}\r\n\r\n`;
}

export function chunkOf(bytes: Buffer): string {
  // A chunk of nothing would be the last one.
  return bytes.length === 0
    ? ''
    : `${bytes.length.toString(16)}\r\n${bytes.toString('latin1')}\r\n`;
}
