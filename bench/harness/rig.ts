import { readFileSync } from 'node:fs';
import { cpus, release, totalmem, type } from 'node:os';

/** What the measures ran on. */
export interface Rig {
  readonly cpu: string;
  readonly cores: number;
  readonly memory: string;
  readonly kernel: string;
  readonly node: string;
}

export function readRig(): Rig {
  const all = cpus();
  return {
    cpu: all[0]?.model.trim() ?? 'unknown',
    cores: all.length,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    kernel: `${type()} ${release()}`,
    node: process.version,
  };
}

interface Manifest {
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

function manifest(path: string): Manifest {
  return JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as Manifest;
}

/** The version of every package that takes part, as it is installed. */
export function readVersions(): Readonly<Record<string, string>> {
  const names = Object.keys(manifest('../package.json').dependencies ?? {});
  return Object.fromEntries(
    names.map((name) => [name, manifest(`../node_modules/${name}/package.json`).version]),
  );
}
