/** Runs of a secret this long or longer appear in no code and no request id. */
const WORD_RUN = 8;

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

/** Whether a text has `length` or more consecutive characters in common with a secret. */
export function sharesRun(text: string, secrets: readonly string[], length: number): boolean {
  return secrets.some((secret) => {
    for (let start = 0; start + length <= secret.length; start++) {
      if (text.includes(secret.slice(start, start + length))) return true;
    }
    return false;
  });
}
