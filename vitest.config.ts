import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (path: string): string => fileURLToPath(new URL(`./src/${path}`, import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      { find: /^rxllm$/, replacement: source('index.ts') },
      { find: /^rxllm\/schema$/, replacement: source('request/schema.ts') },
      { find: /^rxllm\/node$/, replacement: source('transport/undici.ts') },
      { find: /^rxllm\/testing$/, replacement: source('testing/index.ts') },
      { find: /^rxllm\/testing\/simulator$/, replacement: source('testing/simulator/index.ts') },
    ],
  },
  test: {
    // All processors; the default leaves one of two idle.
    maxWorkers: '100%',
    // A hang still fails; a busy machine does not.
    testTimeout: 30_000,
    setupFiles: ['test/support/seed.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/examples.test.ts', 'test/marbles.test.ts'],
        },
      },
      { extends: true, test: { name: 'marbles', include: ['test/marbles.test.ts'] } },
      { extends: true, test: { name: 'examples', include: ['test/examples.test.ts'] } },
      {
        extends: true,
        test: {
          name: 'types',
          include: [],
          typecheck: {
            enabled: true,
            only: true,
            include: ['test/**/*.test-d.ts'],
            // Only these and what they use: the rest is checked by `npm run typecheck`.
            tsconfig: 'test/tsconfig.types.json',
          },
        },
      },
    ],
  },
});
