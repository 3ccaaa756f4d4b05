/** A function of texts that does not work again for what it was given last. */
export function rememberLast<Texts extends readonly string[], Result>(
  work: (...texts: Texts) => Result,
): (...texts: Texts) => Result {
  let last: { readonly texts: Texts; readonly result: Result } | undefined;
  return (...texts) => {
    if (!last || !isSame(last.texts, texts)) last = { texts, result: work(...texts) };
    return last.result;
  };
}

function isSame(some: readonly string[], others: readonly string[]): boolean {
  for (let at = 0; at < some.length; at += 1) if (some[at] !== others[at]) return false;
  return true;
}
