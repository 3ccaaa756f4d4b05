import { existsSync } from 'node:fs';

/** Ends the process when there is nothing to measure. */
export function requireBuild(): void {
  if (existsSync(new URL('../../dist/node/index.js', import.meta.url))) return;
  console.error('bench: rxllm is not built; run `npm run build` in the folder above');
  process.exit(2);
}
