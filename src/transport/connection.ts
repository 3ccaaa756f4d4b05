import type { Dispatcher } from 'undici';

/** A connection, lent to one call. */
export interface Connection {
  dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean;
  /** The call is over and the connection may serve the next one. */
  release(): void;
  /** Closes the connection, also one that is still being made. */
  discard(): void;
}

/** Lends connections. */
export interface ConnectionSource {
  /**
   * Calls `use` as soon as there is a connection, perhaps at once.
   *
   * @returns The way to stop waiting for it.
   */
  acquire(origin: string, use: (connection: Connection) => void): () => void;
}

/** Lends what a dispatcher of somebody else's has; its connections are its own affair. */
export function borrowed(dispatcher: Pick<Dispatcher, 'dispatch'>): ConnectionSource {
  const nothing = (): void => undefined;
  const connection: Connection = {
    dispatch: (options, handler) => dispatcher.dispatch(options, handler),
    release: nothing,
    discard: nothing,
  };
  return {
    acquire: (_, use) => {
      use(connection);
      return nothing;
    },
  };
}
