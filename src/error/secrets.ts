/** Runs of a secret this long or longer appear in no code and no request id. */
const WORD_RUN = 8;

/** What is shorter is no secret: it would be found in ordinary texts. */
const SHORTEST = 6;

/** Words that stand in headers as well as in ordinary texts. */
const ORDINARY = /^(?:bearer|identity)$/i;

/** Codes and ids are words: whatever else stands in their place may be anything. */
const word = /^[\w.:-]{1,80}$/;

/** Whether a value looks like a code or an id. */
export function isWord(value: unknown): value is string {
  return typeof value === 'string' && word.test(value);
}

/** The first value that looks like a code or an id and holds no part of a secret. */
export function safeWord(
  values: readonly unknown[],
  secrets: readonly string[],
): string | undefined {
  return values.filter(isWord).find((value) => !sharesRun(value, secrets, WORD_RUN));
}

/** What may be a secret of these values, and of each word in them. */
export function secretWords(values: readonly string[]): readonly string[] {
  return values
    .flatMap((value) => [value, ...value.split(/\s+/)])
    .filter((word) => word.length >= SHORTEST && !ORDINARY.test(word));
}

/**
 * Whether a text has `length` or more consecutive characters in common with a secret, or holds
 * all of a shorter one.
 */
export function sharesRun(text: string, secrets: readonly string[], length: number): boolean {
  return secrets.some((secret) => {
    const run = Math.min(length, Math.max(SHORTEST, secret.length));
    for (let start = 0; start + run <= secret.length; start++) {
      if (text.includes(secret.slice(start, start + run))) return true;
    }
    return false;
  });
}
