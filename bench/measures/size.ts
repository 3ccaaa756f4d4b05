import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build, type Platform } from 'esbuild';
import type { Column, Measure } from '../harness/measure.ts';
import { runRounds, toRows, type Sample } from '../harness/rounds.ts';
import { programs, references, urlOf, type Program } from '../programs/minimal/catalog.ts';

const common = { unit: 'kB', digits: 1, better: 'lower' } as const;

const columns: readonly Column[] = [
  { id: 'browser', title: 'browser', ...common },
  { id: 'browser-gzip', title: 'browser, gzip', ratio: true, ...common },
  { id: 'node', title: 'Node', ...common },
  { id: 'node-gzip', title: 'Node, gzip', ratio: true, ...common },
];

/** What is left of all that a program imports, in kilobytes. */
async function bundle(program: Program, platform: Platform): Promise<Sample> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(urlOf(program))],
    ...{ bundle: true, minify: true, write: false, format: 'esm', logLevel: 'silent' },
    ...{ platform, target: 'es2022' },
  });
  const bytes = outputFiles[0]!.contents;
  return {
    [platform]: bytes.length / 1000,
    [`${platform}-gzip`]: gzipSync(bytes, { level: 9 }).length / 1000,
  };
}

/** How large a program becomes that streams an answer, with all that it needs. */
export const size: Measure = {
  id: 'size',
  run: async (plan) => {
    const names = (Object.keys(programs) as Program[]).filter(
      (name) => name !== 'nothing' && (plan.only?.includes(name) ?? true),
    );
    const notes: Record<string, string> = {};
    // A bundle is the same each time.
    const outcomes = await runRounds({ ...plan, runs: 1 }, names, async (name) => {
      const forNode = await bundle(name as Program, 'node');
      try {
        return { ...(await bundle(name as Program, 'browser')), ...forNode };
      } catch {
        notes[name] = 'can’t be bundled for browsers as it is';
        return forNode;
      }
    });
    const baseline = 'rxllm-bare';
    return [
      {
        id: 'size',
        title: 'Bundle size',
        about:
          'The least program that streams an answer, bundled and minified by esbuild with all of ' +
          'its dependencies. On Node, rxllm brings undici along; its browser build uses fetch. limit is ' +
          'the parts alone, limit-fetch the same on fetch.',
        baseline,
        references,
        runs: 1,
        columns,
        rows: toRows(outcomes, { columns, baseline, notes }),
      },
    ];
  },
};
