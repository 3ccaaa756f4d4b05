import { build as bundle, type BuildOptions } from 'esbuild';
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runInNewContext } from 'node:vm';
import { build } from 'tsup';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import builds from '../tsup.config';

const root = fileURLToPath(new URL('..', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'rxllm-package-'));
const user = join(scratch, 'user');

/** What a user has installed: the packed tarball and the given packages. */
function install(project: string, packages: readonly string[]): void {
  const modules = join(project, 'node_modules');
  cpSync(join(scratch, 'unpacked/package'), join(modules, 'rxllm'), { recursive: true });
  for (const name of packages) {
    symlinkSync(join(root, 'node_modules', name), join(modules, name), 'junction');
  }
}

function run(command: string, args: readonly string[], cwd: string): string {
  // Without the runner's own settings, which would reach into the child.
  const { NODE_OPTIONS: _, ...env } = process.env;
  return execFileSync(command, args, { cwd, env, encoding: 'utf8', stdio: 'pipe' }).trim();
}

/** Runs an ES module in a Node process of its own and returns what it prints. */
function node(code: string, cwd = user): string {
  return run(process.execPath, ['--input-type=module', '-e', code], cwd);
}

beforeAll(async () => {
  const source = join(scratch, 'source');
  for (const options of builds) {
    const outDir = join(source, options.outDir ?? '');
    // Types are for the other checks of the package; without them the build is quick.
    await build({ ...options, outDir, dts: false, silent: true, config: false });
  }
  for (const name of ['package.json', 'LICENSE', 'CHANGELOG.md']) {
    cpSync(join(root, name), join(source, name));
  }
  run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', '..'], source);
  mkdirSync(join(scratch, 'unpacked'));
  run('tar', ['-xzf', `../rxllm-${version()}.tgz`], join(scratch, 'unpacked'));
  install(user, ['rxjs', 'zod', 'undici', 'eventsource-parser', 'lru-cache']);
}, 60_000);

afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

function version(): string {
  return run(process.execPath, ['-p', `require('./package.json').version`], root);
}

const entries = ['rxllm', 'rxllm/schema', 'rxllm/node', 'rxllm/testing', 'rxllm/testing/simulator'];

describe('the packed tarball', () => {
  it.each(entries)('gives the same names of %s to import and to require', (entry) => {
    const [imported, required] = [
      node(`console.log(Object.keys(await import('${entry}')).join())`),
      run(process.execPath, ['-p', `Object.keys(require('${entry}')).sort().join()`], user),
    ];
    expect(imported).toMatch(/\w/);
    expect(required).toBe(imported);
  });

  it('holds each class once, whichever entry point it is reached by', () => {
    const built = join(user, 'node_modules/rxllm/dist/node');
    const holders = (extension: string): string[] =>
      readdirSync(built, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith(extension))
        .filter((name) => readFileSync(join(built, name), 'utf8').includes('LlmError = class'));
    expect(holders('.js')).toHaveLength(1);
    expect(holders('.cjs')).toHaveLength(1);
  });

  it('makes calls where CommonJS is run by hand, so that nothing can be imported late', () => {
    const byHand = `
      const Module = require('node:module');
      const { runInThisContext } = require('node:vm');
      Module.prototype._compile = function (code, filename) {
        runInThisContext(Module.wrap(code), { filename })(this.exports, (id) => this.require(id), this);
      };
      const { openai, prompt } = require('rxllm');
      const ask = openai({ model: 'any', apiKey: 'any', baseURL: 'http://127.0.0.1:1' });
      ask(prompt('?')).subscribe({ error: ({ kind, code }) => console.log(kind, code) });`;
    expect(run(process.execPath, ['-e', byHand], user)).toBe('network ECONNREFUSED');
  });

  it('loads zod only for rxllm/schema', () => {
    const poor = join(scratch, 'without-zod');
    install(poor, ['rxjs', 'undici', 'eventsource-parser', 'lru-cache']);
    expect(node(`import { compose } from 'rxllm'; console.log(typeof compose)`, poor)).toBe(
      'function',
    );
    expect(() => node(`import 'rxllm/schema'`, poor)).toThrow(/Cannot find package 'zod'/);
  });
});

interface Bundle {
  /** The files that went in. */
  readonly modules: readonly string[];
  readonly text: string;
}

/** Bundles a piece of a user's code. */
async function bundled(contents: string, options: BuildOptions): Promise<Bundle> {
  const { metafile, outputFiles } = await bundle({
    ...options,
    stdin: { contents, resolveDir: user },
    bundle: true,
    write: false,
    minify: true,
    metafile: true,
    format: 'esm',
    logLevel: 'silent',
  });
  return { modules: Object.keys(metafile.inputs), text: outputFiles[0]?.text ?? '' };
}

describe('a bundle', () => {
  const everything = `import * as rxllm from 'rxllm'; console.log(rxllm)`;

  it('for a browser holds nothing of Node', async () => {
    const { modules, text } = await bundled(everything, { platform: 'browser' });
    expect(modules.join()).toContain('rxllm/dist/browser/index.js');
    expect(modules.filter((name) => /undici|rxllm\/dist\/node/.test(name))).toEqual([]);
    expect(text).not.toMatch(/["']node:|\bundici\b/);
  });

  it('for Node takes undici', async () => {
    const { modules } = await bundled(everything, { platform: 'node' });
    expect(modules.filter((name) => name.includes('rxllm/dist/browser'))).toEqual([]);
    expect(modules.join()).toContain('rxllm/dist/node/index.js');
  });

  it.each(['bun', 'deno', 'workerd', 'edge-light', 'browser', 'anything-else'])(
    'for %s uses fetch',
    async (condition) => {
      const options: BuildOptions = { platform: 'neutral', conditions: [condition, 'module'] };
      for (const load of [everything, `console.log(require('rxllm'))`]) {
        const { modules } = await bundled(load, { ...options, external: ['rxjs'] });
        expect(modules.join()).toContain('rxllm/dist/browser/index.');
      }
    },
  );

  it.each(['bun', 'deno', 'workerd', 'edge-light'])(
    'for %s uses fetch even where it also says that it is Node',
    async (condition) => {
      const { modules } = await bundled(everything, { platform: 'node', conditions: [condition] });
      expect(modules.join()).toContain('rxllm/dist/browser/index.');
    },
  );

  it('loads where there is nothing but the language', async () => {
    for (const entry of ['rxllm', 'rxllm/testing']) {
      const code = `import * as all from '${entry}'; globalThis.names = Object.keys(all)`;
      const { text } = await bundled(code, { platform: 'browser' });
      const world: { names?: readonly string[] } = {};
      runInNewContext(text, world);
      expect(world.names).toContain(entry === 'rxllm' ? 'compose' : 'marbles');
    }
  });

  it('holds only what is used', async () => {
    const one = await bundled(`export { compose } from 'rxllm'`, { platform: 'browser' });
    expect(one.text.length).toBeLessThan(500);
    const all = await bundled(everything, { platform: 'browser' });
    expect(all.text.length).toBeGreaterThan(10 * one.text.length);
  });
});
