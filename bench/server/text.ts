// prettier-ignore
/** What a model says, token by token: words, and now and then what JSON must escape. */
const tokens = [
  ' The', ' stream', ' of', ' tokens', ' flows', ' through', ' the', ' pipe', 'line', ',', ' and',
  ' nobody', ' notices', ' how', ' it', ' is', ' done', '.', '\n\n', '##', ' A', ' "', 'quoted', '"',
  ' piece', ' of', ' text', ' –', ' naïve', ' and', ' plain', ':', '\n', '1', '.', ' first', ';', '\n',
  '2', '.', ' second', ' (', 'of', ' many', ').', ' Some', ' words', ' are', ' quite', ' uncommon',
  'ly', ' long', ',', ' others', ' are', ' not', ' 🙂', '.', ' Then', ' it', ' goes', ' on',
];

export function tokenAt(index: number): string {
  return tokens[index % tokens.length]!;
}

/** The first tokens of an answer, as many as are asked for. */
export function textOf(count: number): string {
  const whole = tokens.join('').repeat(Math.floor(count / tokens.length));
  return whole + tokens.slice(0, count % tokens.length).join('');
}
