/** Where a piece of text may end. */
export type Boundary = 'word' | 'sentence' | 'grapheme';

/** A character of a script that puts no spaces between words. */
export const spaceless =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/**
 * Makes a function that tells how much of a text is sure to end at a boundary, whatever
 * text follows: the last unit may still grow.
 */
export function boundaryFinder(boundary: Boundary): (text: string) => number {
  const segmenter = new Intl.Segmenter(undefined, { granularity: boundary });
  if (boundary !== 'word') {
    const settles = boundary === 'sentence' ? settlesSentence : /^/;
    return (text) => {
      const whole = withoutHalf(text);
      const segments = segmenter.segment(whole);
      let last = segments.containing(whole.length - 1);
      while (last && !settles.test(last.segment)) last = segments.containing(last.index - 1);
      return last?.index ?? 0;
    };
  }
  return (text) => {
    const segments = segmenter.segment(text);
    let end = text.length;
    let segment = segments.containing(end - 1);
    // A number or a contraction may go on after its dot or apostrophe, so a boundary is
    // sure only after a space, or after a word of a script that has none.
    while (segment) {
      const certain = segment.segment.trim() === '' || spaceless.test(segment.segment);
      if (certain && (end < text.length || segment.segment.trim() === '')) return end;
      end = segment.index;
      segment = segments.containing(end - 1);
    }
    return 0;
  };
}

// "approx. $5" is within a sentence if "million" follows, but not if "Million" does.
const settlesSentence = /[\p{L}\p{Sentence_Terminal}\n\r\u0085\u2028\u2029]/u;

// Half a surrogate pair at the end says nothing yet about where its unit begins.
function withoutHalf(text: string): string {
  return /[\uD800-\uDBFF]$/.test(text) ? text.slice(0, -1) : text;
}
