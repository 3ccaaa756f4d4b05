import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

// The copy of RxJS that rxllm itself uses: two copies of it take longer to link.
const path = createRequire(import.meta.resolve('rxllm')).resolve('rxjs');
export const { NEVER, Observable, tap } = (await import(
  pathToFileURL(path).href
)) as typeof import('rxjs');
