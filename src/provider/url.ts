/**
 * Puts a path behind a base URL; the query strings of both are kept.
 *
 * @throws TypeError that names the provider, never the URL: its query may hold a key.
 */
export function joinURL(provider: string, baseURL: string, path: string): string {
  let url: URL;
  try {
    url = new URL(baseURL);
  } catch {
    throw new TypeError(
      `${provider}: baseURL must be a whole URL, for example https://host.example/v1`,
    );
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new TypeError(`${provider}: baseURL must begin with https:// or http://`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new TypeError(
      `${provider}: baseURL must not hold a user name or password; send them with the headers option`,
    );
  }
  const [pathname = '', query = ''] = path.split('?', 2);
  const base = url.pathname.replace(/\/+$/, '');
  const queries = [url.search.slice(1), query].filter((part) => part !== '');
  const search = queries.length === 0 ? '' : `?${queries.join('&')}`;
  return `${url.origin}${base}/${pathname.replace(/^\/+/, '')}${search}`;
}
