import type { Client, Dispatcher } from 'undici';
import { keepOne } from '../internal/keep-one';
import type { Connection, ConnectionUser } from './connection';

/** An undici client: at most one connection. */
export interface PooledClient {
  readonly client: Client;
  /** Closes its connection at once, also one that is still being made. */
  destroy(): Promise<void>;
}

/** Settings of an {@link OriginPool}. */
export interface OriginPoolOptions {
  readonly create: () => PooledClient;
  /** The most clients at a time. */
  readonly connections: number;
  /** Called when no client is left and nobody waits for one. */
  readonly onEmpty: () => void;
}

/** The connections to one origin; each serves one call at a time. */
export class OriginPool {
  readonly #clients = new Set<PooledClient>();
  readonly #idle: PooledClient[] = [];
  readonly #waiting = new Set<ConnectionUser>();
  #closed = false;

  constructor(private readonly options: OriginPoolOptions) {
    keepOne(Lease, (_, nothing) => new Lease(nothing, nothing));
  }

  acquire(user: ConnectionUser): void {
    // No client is free while somebody waits.
    const client = this.#take();
    if (client) user.use(new Lease(this, client));
    else this.#waiting.add(user);
  }

  forget(user: ConnectionUser): void {
    this.#waiting.delete(user);
  }

  /** Takes a client back that may serve the next call. */
  keep(client: PooledClient): void {
    this.#idle.push(client);
    this.#serve();
  }

  /** Closes a client and forgets it once its socket is closed. */
  drop(client: PooledClient): void {
    this.#remove(client, client.destroy());
  }

  /** Lets the calls that run or wait come to their end, and keeps no connection after them. */
  close(): void {
    this.#closed = true;
    this.#retire();
  }

  #serve(): void {
    for (const user of this.#waiting) {
      const client = this.#take();
      if (!client) break;
      this.#waiting.delete(user);
      user.use(new Lease(this, client));
    }
    if (this.#closed) this.#retire();
  }

  #take(): PooledClient | undefined {
    return this.#idle.pop() ?? this.#open();
  }

  #open(): PooledClient | undefined {
    if (this.#clients.size >= this.options.connections) return undefined;
    const client = this.options.create();
    this.#clients.add(client);
    client.client.on('disconnect', () => {
      const at = this.#idle.indexOf(client);
      if (at === -1) return;
      this.#idle.splice(at, 1);
      this.drop(client);
    });
    return client;
  }

  #retire(): void {
    for (const client of this.#idle.splice(0)) this.#remove(client, client.client.close());
  }

  /** Forgets a client once its socket is closed, so that the limit is one for the server too. */
  #remove(client: PooledClient, closing: Promise<void>): void {
    void closing.then(() => {
      this.#clients.delete(client);
      this.#serve();
      if (this.#clients.size + this.#waiting.size === 0) this.options.onEmpty();
    });
  }
}

/** A client, lent to one call, which gives it back once. */
class Lease implements Connection {
  #lent = true;

  constructor(
    private readonly pool: OriginPool,
    private readonly pooled: PooledClient,
  ) {}

  dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    return this.pooled.client.dispatch(options, handler);
  }

  release(): void {
    if (this.#giveBack()) this.pool.keep(this.pooled);
  }

  discard(): void {
    if (this.#giveBack()) this.pool.drop(this.pooled);
  }

  #giveBack(): boolean {
    const lent = this.#lent;
    this.#lent = false;
    return lent;
  }
}
