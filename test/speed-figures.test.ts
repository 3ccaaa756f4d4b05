import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

const section = /\n## Speed\n(.*?)\n## /s.exec(read('../README.md'))?.[1] ?? '';
const quoted = [...section.matchAll(/(\d+(?:\.\d+)?)(×| µs| ms| kB| \|)/g)];

describe('the figures of speed in the README', () => {
  it('are there', () => {
    expect(quoted.length).toBeGreaterThan(15);
  });

  it.each(quoted.map(([text, figure]) => [text, figure]))('%s is in the results', (_, figure) => {
    const figures = read('../bench/RESULTS.md').match(/\d+(?:\.\d+)?/g);
    expect(figures).toContain(figure);
  });
});
