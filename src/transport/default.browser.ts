import { fetchTransport } from './fetch';
import type { Transport } from './transport';

/** What providers send with unless told otherwise: the platform's `fetch`. */
export const defaultTransport: Transport = (request) => fetchTransport()(request);

/** Does nothing here: the platform owns the connections. */
export function closeDefaultTransport(): Promise<void> {
  return Promise.resolve();
}
