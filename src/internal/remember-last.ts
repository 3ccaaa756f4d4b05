/** A function of texts that does not work again for what it was given last. */
export function rememberLast<Texts extends readonly (string | undefined)[], Result>(
  work: (...texts: Texts) => Result,
): (...texts: Texts) => Result {
  let last: { readonly texts: Texts; readonly result: Result } | undefined;
  return (...texts) => {
    if (!last?.texts.every((text, at) => text === texts[at]))
      last = { texts, result: work(...texts) };
    return last.result;
  };
}
