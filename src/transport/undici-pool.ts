import type { Socket } from 'node:net';
import type * as undiciTypes from 'undici';
import type { buildConnector, Client } from 'undici';
import type { ConnectionSource, ConnectionUser } from './connection';
import { OriginPool, type PooledClient } from './origin-pool';

type Undici = typeof undiciTypes;

// It returns the socket, which its type leaves out.
type Connect = (...args: Parameters<buildConnector.connector>) => Socket;

/** The pool's settings, all given. */
export interface PoolOptions {
  readonly connections: number;
  readonly keepAliveTimeout: number;
  readonly connectTimeout: number;
}

/**
 * Keep-alive connections to any number of origins.
 *
 * It lends undici's clients itself, because undici's own pools wait for a connection that
 * nobody wants any more, connect anew after an abort, lose a client for each request that
 * they refuse, and count their connections anew after one could not be made.
 */
export class UndiciPool implements ConnectionSource {
  readonly #pools = new Map<string, OriginPool>();
  readonly #connect: Connect;
  #closing: Promise<void> | undefined;
  #onEmpty: (() => void) | undefined;

  constructor(
    private readonly undici: Undici,
    private readonly options: PoolOptions,
  ) {
    this.#connect = undici.buildConnector({
      timeout: options.connectTimeout,
      allowH2: false,
    }) as Connect;
  }

  acquire(origin: string, user: ConnectionUser): void {
    let pool = this.#pools.get(origin);
    if (!pool) this.#pools.set(origin, (pool = this.#open(origin)));
    pool.acquire(user);
  }

  forget(origin: string, user: ConnectionUser): void {
    this.#pools.get(origin)?.forget(user);
  }

  /** Resolves when all calls have ended and all sockets are closed. */
  close(): Promise<void> {
    return (this.#closing ??= new Promise((resolve) => {
      this.#onEmpty = resolve;
      for (const pool of this.#pools.values()) pool.close();
      if (this.#pools.size === 0) resolve();
    }));
  }

  #open(origin: string): OriginPool {
    const { connections, keepAliveTimeout } = this.options;
    // Each client would parse and keep one of its own.
    const url = new URL(origin);
    return new OriginPool({
      create: () => createClient(this.undici, url, { keepAliveTimeout }, this.#connect),
      connections,
      onEmpty: () => {
        this.#pools.delete(origin);
        if (this.#pools.size === 0) this.#onEmpty?.();
      },
    });
  }
}

function createClient(
  undici: Undici,
  origin: URL,
  options: Client.Options,
  connect: Connect,
): PooledClient {
  let socket: Socket | undefined;
  const client = new undici.Client(origin, {
    ...options,
    connect: (target, callback) => {
      socket = connect(target, callback);
    },
  });
  const destroy = async (): Promise<void> => {
    const reason = new Error('the connection is no longer wanted');
    // The client itself would wait for a socket that is still connecting.
    socket?.destroy(reason);
    await client.destroy(reason);
  };
  return { client, destroy };
}
