import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Spec } from './spec';

const ENDING = '.marbles.ts';
const folder = fileURLToPath(new URL('.', import.meta.url));

/** A spec and the name of its file, without the ending. */
export interface SpecFile {
  readonly file: string;
  readonly path: string;
  readonly spec: Spec;
}

/** Loads every spec of this folder, by name. */
export async function allSpecs(): Promise<readonly SpecFile[]> {
  const names = readdirSync(folder).filter((name) => name.endsWith(ENDING));
  return Promise.all(
    names.sort().map(async (name) => {
      const path = `${folder}${name}`;
      const module = (await import(path)) as { readonly default: Spec };
      return { file: name.slice(0, -ENDING.length), path, spec: module.default };
    }),
  );
}
