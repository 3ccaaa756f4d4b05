import { build, type BuildOptions } from 'esbuild';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import * as onNode from '../../src/transport/default';
import * as inBrowsers from '../../src/transport/default.browser';
import { outcomeOf, requestTo } from './calls';
import { httpServer } from './servers';

async function bundle(file: string, options: BuildOptions): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`../../src/transport/${file}`, import.meta.url))],
    bundle: true,
    write: false,
    format: 'esm',
    logLevel: 'silent',
    ...options,
  });
  return outputFiles!.map(({ text }) => text).join('\n');
}

describe('the default transport', () => {
  it('is one pool that opens with its first request and again after it was closed', async () => {
    const server = await httpServer((_, response) => response.end('abc'));
    onTestFinished(onNode.closeDefaultTransport);
    const call = onNode.defaultTransport(requestTo(server.url));
    expect((await outcomeOf(call)).text).toBe('abc');
    expect((await outcomeOf(onNode.defaultTransport(requestTo(server.url)))).text).toBe('abc');
    expect(server.connections).toBe(1);
    await onNode.closeDefaultTransport();
    await server.until(({ open }) => open === 0);
    expect((await outcomeOf(call)).text).toBe('abc');
    expect(server.connections).toBe(2);
  });

  it('may be closed without ever having been used', async () => {
    await onNode.closeDefaultTransport();
  });

  it('loads undici with the first request, not before', async () => {
    const code = await bundle('default.ts', { platform: 'node', packages: 'external' });
    expect(code).toContain('import("undici")');
    expect(code).not.toMatch(/from\s*"undici"|^import\s*"undici"/m);
  });
});

describe('the default transport of browsers', () => {
  it('has the same names', () => {
    expect(Object.keys(inBrowsers).sort()).toEqual(Object.keys(onNode).sort());
  });

  it('is the platform’s fetch, and has nothing to close', async () => {
    const server = await httpServer((_, response) => response.end('abc'));
    const { text } = await outcomeOf(inBrowsers.defaultTransport(requestTo(server.url)));
    expect(text).toBe('abc');
    await inBrowsers.closeDefaultTransport();
  });

  it('holds no code of Node', async () => {
    const code = await bundle('default.browser.ts', { platform: 'browser' });
    expect(code).toContain('fetch');
    expect(code).not.toMatch(/node:|undici|\bprocess\b|\bBuffer\b/);
  });
});
