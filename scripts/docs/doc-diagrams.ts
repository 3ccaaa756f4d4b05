import type { Diagrams, SpecCase } from '../../marbles/spec';

/** The rows of a diagram in a docstring, with no spaces in them. */
export type DocDiagram = readonly string[];

/** The diagrams of a docstring: its ```text blocks, by the rule in marbles/spec.ts. */
export function docDiagrams(doc: string): readonly DocDiagram[] {
  return [...doc.matchAll(/```text\n([\s\S]*?)```/g)].map(([, block = '']) =>
    block
      .split('\n')
      .filter((row) => /^\S/.test(row))
      .map((row) => dense(row.replace(LABEL, ''))),
  );
}

// One word, or a word and a number that is not a time: `gpt`, `attempt 2`.
const LABEL = /^\S+(?: \d+(?= ))?/;

const dense = (diagram: string): string => diagram.replace(/\s/g, '');

/** Whether a diagram shows what a case runs. */
export function shows(diagram: DocDiagram, given: SpecCase): boolean {
  const streams = diagram.filter((row) => !isSpan(row));
  const spans = [...list(given.subscriptions), ...list(given.unsubscribe)].map(dense);
  return (
    streams.join('\n') === caseRows(given).join('\n') &&
    diagram.filter(isSpan).every((row) => spans.includes(row))
  );
}

/** The streams of a case as a diagram shows them: inputs first, then what comes out. */
export function caseRows(given: SpecCase): DocDiagram {
  return [
    ...list(given.requests),
    ...list(given.attempts ?? given.source),
    ...Object.values(given.members ?? {}).flatMap(list),
    ...list(given.expected),
  ].map(dense);
}

const isSpan = (row: string): boolean => /[\^!]/.test(row) && /^[-^!\d.ms]*$/.test(row);

/** All diagrams of a field, which holds one, several or some by name. */
function list(
  field: Diagrams | Readonly<Record<string, Diagrams | undefined>> | undefined,
): readonly string[] {
  if (field === undefined) return [];
  if (typeof field === 'string') return [field];
  return Object.values(field).flatMap((diagrams) => list(diagrams));
}
