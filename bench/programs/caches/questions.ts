import { assistant, user, type Message } from 'rxllm';

/** How long a conversation is: so many messages with so many characters in all. */
export interface Size {
  readonly title: string;
  readonly messages: number;
  readonly characters: number;
}

const single = (kilobytes: number): Size => ({
  ...{ title: `${String(kilobytes)} kB`, messages: 1, characters: kilobytes * 1000 },
});
const turns = (messages: number, kilobytes: number): Size => ({
  title: `${String(kilobytes)} kB in ${String(messages)} messages`,
  messages,
  characters: kilobytes * 1000,
});

export const sizes: readonly Size[] = [
  ...[single(0.1), single(1), single(6), single(64), single(512)],
  ...[turns(21, 6), turns(101, 64)],
];

// With what JSON has to escape, as prompts have it.
const PROSE = 'She said: "The quick brown fox jumps over the lazy dog", and then it did so.\n';

/** The texts of the messages, the user's first; the last one is the user's as well. */
export function textsOf({ messages, characters }: Size): readonly string[] {
  const each = characters / messages;
  return Array.from({ length: messages }, (_, index) =>
    `${String(index)}. ${PROSE.repeat(Math.ceil(each / PROSE.length))}`.slice(0, each),
  );
}

/** The messages, each a new object. */
export function messagesOf(texts: readonly string[]): readonly Message[] {
  return texts.map((text, index) => (index % 2 === 0 ? user(text) : assistant(text)));
}
