import type { Dispatcher } from 'undici';

/** A connection, lent to one call. */
export interface Connection {
  dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean;
  /** The call is over and the connection may serve the next one. */
  release(): void;
  /** Closes the connection, also one that is still being made. */
  discard(): void;
}

/** A call that needs a connection. */
export interface ConnectionUser {
  use(connection: Connection): void;
}

/** Lends connections. */
export interface ConnectionSource {
  /** Lets a call use a connection as soon as there is one, perhaps at once. */
  acquire(origin: string, user: ConnectionUser): void;
  /** Says that a call waits no longer. */
  forget(origin: string, user: ConnectionUser): void;
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
    acquire: (_, user) => {
      user.use(connection);
    },
    forget: nothing,
  };
}
