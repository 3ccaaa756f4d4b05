import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Options } from 'tsup';
import { markPure } from './scripts/mark-pure';
import { requireLate } from './scripts/require-late';

type Plugin = NonNullable<Options['esbuildPlugins']>[number];

// In the browser build `x.browser.ts` stands in for the `x.ts` beside it.
const browserFiles: Plugin = {
  name: 'browser-files',
  setup: (build) => {
    build.onResolve({ filter: /^\.{1,2}\// }, ({ path, resolveDir }) => {
      const file = resolve(resolveDir, `${path}.browser.ts`);
      return existsSync(file) ? { path: file } : undefined;
    });
  },
};

const shared: Options = {
  format: ['esm', 'cjs'],
  target: 'es2022',
  // One copy of each class, however many entry points are loaded.
  splitting: true,
  // Rollup turns the shared chunks into CommonJS as they are; without it tsup rewrites their syntax.
  treeshake: { moduleSideEffects: false },
  plugins: [
    { name: 'mark-pure', renderChunk: (code) => ({ code: markPure(code) }) },
    {
      name: 'require-late',
      renderChunk(code) {
        return this.format === 'cjs' ? { code: requireLate(code) } : undefined;
      },
    },
  ],
  clean: true,
  removeNodeProtocol: false,
};

const portable = { index: 'src/index.ts', testing: 'src/testing/index.ts' };

const builds: Options[] = [
  {
    ...shared,
    entry: {
      ...portable,
      schema: 'src/request/schema.ts',
      node: 'src/transport/undici.ts',
      'testing/simulator': 'src/testing/simulator/index.ts',
    },
    outDir: 'dist/node',
    platform: 'node',
    dts: true,
  },
  {
    ...shared,
    entry: portable,
    outDir: 'dist/browser',
    platform: 'browser',
    esbuildPlugins: [browserFiles],
  },
];

export default builds;
