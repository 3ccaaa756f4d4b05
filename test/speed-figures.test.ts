import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

interface Row {
  readonly contender: string;
  readonly figures: Readonly<Record<string, { readonly median: number }>>;
  readonly ratios?: Readonly<Record<string, { readonly median: number }>>;
}

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

const section = /\n## Speed\n(.*?)\n## /s.exec(read('../README.md'))?.[1] ?? '';
const { tables } = JSON.parse(read('../bench/results.json')) as {
  tables: readonly { readonly id: string; readonly rows: readonly Row[] }[];
};

const rowOf = (table: string, contender: string): Row => {
  const rows = tables.find(({ id }) => id === table)?.rows;
  return rows!.find((row) => row.contender === contender)!;
};

describe('the figures of speed in the README', () => {
  it.each([
    ['a provider alone', 'rxllm-bare'],
    ['`rxllm-full`', 'rxllm-full'],
    ['openai', 'openai'],
    ['LangChain', 'langchain'],
    ['AI SDK', 'ai-sdk'],
  ])('are those of the results: %s', (name, contender) => {
    const chunk = rowOf('chunks-chat', contender);
    const short = rowOf('short-streams-chat-rate', contender);
    const cells = [
      name,
      `${chunk.figures['cpu']!.median.toFixed(2)} µs`,
      `${chunk.ratios!['cpu']!.median.toFixed(2)}×`,
      short.figures['rate32']!.median.toFixed(0),
      `${short.ratios!['rate32']!.median.toFixed(2)}×`,
      `${rowOf('import', contender).figures['import']!.median.toFixed(1)} ms`,
    ];
    expect(section).toContain(`| ${cells.join(' | ')} |`);
  });

  it('are those of the results: the first token', () => {
    const added = (contender: string): string =>
      rowOf('first-token-chat', contender).figures['alone50-added']!.median.toFixed(2);
    const told = [...section.matchAll(/(\d+\.\d\d) ms/g)].map(([, figure]) => figure);
    expect(told).toEqual([added('rxllm-full'), added('openai'), added('ai-sdk')]);
  });

  it('are those of the results: memory and sizes', () => {
    const heap = (contender: string): string =>
      rowOf('memory-chat-1000', contender).figures['over1000']!.median.toFixed(1);
    const size = (contender: string, column: string): string =>
      rowOf('size', contender).figures[column]!.median.toFixed(1);
    expect([...section.matchAll(/(\d+\.\d) kB/g)].map(([, figure]) => figure)).toEqual([
      heap('rxllm-full'),
      heap('openai'),
      heap('ai-sdk'),
      size('rxllm-full', 'node-gzip'),
      size('openai', 'node-gzip'),
      size('rxllm-full', 'browser-gzip'),
      size('openai', 'browser-gzip'),
    ]);
  });
});
