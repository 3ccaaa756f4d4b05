import { defer } from 'rxjs';
import type { Transport } from './transport';
import { type HttpTransport, httpTransport } from './undici';

let shared: HttpTransport | undefined;

/** What providers send with unless told otherwise: one keep-alive pool that all of them share. */
export const defaultTransport: Transport = (request) =>
  defer(() => (shared ??= httpTransport())(request));

/**
 * Closes the connections of the transport that providers share, after the running
 * requests have ended. A later request opens new ones.
 *
 * @example
 * ```ts
 * const { text } = await lastValueFrom(ask(request).pipe(toAnswer()));
 * render(text);
 * await closeDefaultTransport(); // no connection is left behind
 * ```
 */
export async function closeDefaultTransport(): Promise<void> {
  const closing = shared;
  shared = undefined;
  await closing?.close();
}
