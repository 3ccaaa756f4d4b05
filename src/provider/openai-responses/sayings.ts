import { asList, asObject, asText } from '../json';
import type { OutputItem, OutputPart } from './wire';

export type Kind = 'text' | 'reasoning' | 'refusal';

/** A whole text that a part of an item holds. */
export interface Saying {
  readonly kind: Kind;
  readonly text: string;
}

/** What a part says, if it is one that says something. */
export function sayingOf(value: unknown): Saying | undefined {
  const part = asObject<OutputPart>(value);
  const kind = kindOf(part?.type);
  const text = asText(part?.type === 'refusal' ? part.refusal : part?.text);
  return kind === undefined || text === undefined ? undefined : { kind, text };
}

/** What an item says, part by part. */
export function sayingsOf({
  type,
  content,
  summary,
}: OutputItem): readonly (Saying & { readonly part: string })[] {
  // The summary of reasoning only tells its content again.
  const parts = type === 'reasoning' && asList(content).length === 0 ? summary : content;
  return asList(parts).flatMap((value, index) => {
    const saying = sayingOf(value);
    return saying === undefined ? [] : [{ ...saying, part: String(index) }];
  });
}

function kindOf(type: unknown): Kind | undefined {
  switch (type) {
    case 'output_text':
      return 'text';
    case 'reasoning_text':
    case 'summary_text':
      return 'reasoning';
    case 'refusal':
      return 'refusal';
    default:
      return undefined;
  }
}
