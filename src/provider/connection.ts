import { LlmError } from '../error/llm-error';
import type { ChatRequest } from '../request/chat-request';
import { checkHeaders, checkHeaderValue, missingKey, readKey, secretValues } from './credentials';
import { environmentVariable } from './environment';
import type { ProviderOptions } from './protocol';
import { rememberLast } from '../internal/remember-last';
import { joinURL } from './url';

type Headers = Readonly<Record<string, string>>;

/** Where a vendor's servers are, and how they are shown a key. */
export interface Vendor {
  /** The vendor's own name, for when the provider is given none. */
  readonly name: string;
  readonly baseURL: string;
  readonly baseVariable: string;
  /** Makes a whole URL of what a user writes for one. Throws a `TypeError`. */
  readonly readBase?: ((base: string) => string) | undefined;
  readonly keyVariables: readonly string[];
  /** The host that answers nobody without a key. */
  readonly keyHost?: string | undefined;
  readonly headers: (key: string | undefined, hostname: string) => Headers;
  /** Headers that let a caller in without the key. */
  readonly passes: readonly string[];
}

/** Where a request goes, and what it shows to be let in. */
export interface Connection {
  readonly name: string;
  /**
   * The address and the headers, read at call time.
   *
   * @param path - Makes the path that goes behind the base URL, whose own path it is given.
   * @throws LlmError where a key is needed and missing.
   */
  readonly open: (path: (basePath: string) => string) => {
    readonly url: string;
    readonly hostname: string;
    readonly headers: Headers;
  };
  readonly model: (request: ChatRequest) => string;
  readonly secrets: () => readonly string[];
}

/** Checks the options at construction, and leaves what the environment says to each call. */
export function connect(vendor: Vendor, options: ProviderOptions): Connection {
  const { name = vendor.name, model, apiKey, baseURL, headers = {} } = options;
  checkHeaders(name, headers);
  if (apiKey !== undefined) checkHeaderValue(name, 'apiKey', apiKey);
  const own = Object.fromEntries(
    Object.entries(headers).map(([header, value]) => [header.toLowerCase(), value]),
  );
  const key = (): string | undefined => readKey(name, apiKey, vendor.keyVariables);
  // Parsing URLs would take longer than all else that it takes to open a call.
  const join = rememberLast((base: string, path: string) => joinURL(name, base, path));
  const basePathOf = rememberLast((base: string) =>
    new URL(joinURL(name, base, '')).pathname.replace(/\/+$/, ''),
  );
  // Most calls show the same as the one before.
  const greet = rememberLast((url: string, secret: string | undefined) => {
    const { hostname } = new URL(url);
    const open = secret !== undefined || vendor.passes.some((header) => header in own);
    if (!open && hostname === vendor.keyHost) throw missingKey(name, vendor.keyVariables);
    const type = { 'content-type': 'application/json' };
    const headers = Object.freeze({ ...type, ...vendor.headers(secret, hostname), ...own });
    return { url, hostname, headers };
  });
  const locate = (base: string, path: (basePath: string) => string): string => {
    const { readBase = (whole: string) => whole } = vendor;
    const whole = readBase(base);
    return join(whole, path(basePathOf(whole)));
  };
  if (baseURL !== undefined) locate(baseURL, String);

  return {
    name,
    open: (path) => {
      const url =
        baseURL === undefined ? fromEnvironment(vendor, name, path, locate) : locate(baseURL, path);
      return greet(url, key());
    },
    model: (request) => {
      const wanted = request.model ?? model;
      if (wanted !== undefined && wanted !== '') return wanted;
      throw new LlmError(`${name}: no model; set the option model or the request's model`, {
        kind: 'invalid-request',
        provider: name,
      });
    },
    secrets: () =>
      secretValues(key(), headers, baseURL ?? environmentVariable(vendor.baseVariable)),
  };
}

function fromEnvironment(
  { baseVariable, baseURL }: Vendor,
  name: string,
  path: (basePath: string) => string,
  locate: (base: string, path: (basePath: string) => string) => string,
): string {
  const base = environmentVariable(baseVariable);
  if (base === undefined) return locate(baseURL, path);
  try {
    return locate(base, path);
  } catch (thrown) {
    if (!(thrown instanceof TypeError)) throw thrown;
    throw new LlmError(`${thrown.message} (from ${baseVariable})`, {
      kind: 'invalid-request',
      provider: name,
    });
  }
}
