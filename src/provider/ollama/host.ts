/**
 * Makes a whole URL of what Ollama's own tools take for one: a host, a port, or both, with or
 * without a scheme.
 */
export function readHost(text: string): string {
  const bare = text.trim().replace(/^["']|["']$/g, '');
  const [, scheme, rest = ''] = /^(?:(\w+:)\/\/)?(.*)$/s.exec(bare) ?? [];
  // An address without brackets is one, not a host and a port.
  const bracketed = rest.replace(/^([\da-f]*:[\da-f]*:[\da-f:.]*)(?=\/|$)/i, '[$1]');
  const [, host = '', port, path = ''] = /^(\[[^\]]*\]|[^:/?]*)(:\d*)?(.*)$/s.exec(bracketed) ?? [];
  // What a server listens on everywhere is what a client finds here.
  const here = new Map([
    ['', '127.0.0.1'],
    ['0.0.0.0', '127.0.0.1'],
    ['[::]', '[::1]'],
  ]).get(host);
  // Ollama's own servers listen there alone, and are shown a key.
  if (scheme === undefined && host === 'ollama.com' && port === undefined) {
    return `https://${host}${path}`;
  }
  return `${scheme ?? 'http:'}//${here ?? host}${port ?? (scheme === undefined ? ':11434' : '')}${path}`;
}
