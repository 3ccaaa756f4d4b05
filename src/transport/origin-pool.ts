import type { Client } from 'undici';
import type { Connection } from './connection';

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
  readonly #waiting = new Set<(connection: Connection) => void>();
  #closed = false;

  constructor(private readonly options: OriginPoolOptions) {}

  acquire(use: (connection: Connection) => void): () => void {
    this.#waiting.add(use);
    this.#serve();
    return () => {
      this.#waiting.delete(use);
    };
  }

  /** Lets the calls that run or wait come to their end, and keeps no connection after them. */
  close(): void {
    this.#closed = true;
    this.#retire();
  }

  #serve(): void {
    for (const use of this.#waiting) {
      const client = this.#idle.pop() ?? this.#open();
      if (!client) break;
      this.#waiting.delete(use);
      use(this.#lend(client));
    }
    if (this.#closed) this.#retire();
  }

  #open(): PooledClient | undefined {
    if (this.#clients.size >= this.options.connections) return undefined;
    const client = this.options.create();
    this.#clients.add(client);
    client.client.on('disconnect', () => {
      const at = this.#idle.indexOf(client);
      if (at === -1) return;
      this.#idle.splice(at, 1);
      this.#remove(client, client.destroy());
    });
    return client;
  }

  #lend(client: PooledClient): Connection {
    let lent = true;
    const once = (giveBack: () => void) => (): void => {
      if (!lent) return;
      lent = false;
      giveBack();
    };
    return {
      dispatch: (options, handler) => client.client.dispatch(options, handler),
      release: once(() => {
        this.#idle.push(client);
        this.#serve();
      }),
      discard: once(() => {
        this.#remove(client, client.destroy());
      }),
    };
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
