import type { ChatRequest, Message } from './chat-request';

// Roles and separators.
const MESSAGE = 4;
// Pictures and files cost by what is in them, which is not looked at.
const MEDIA = 1000;

/**
 * About how many tokens the input of a request has, whatever the model: four ASCII characters
 * make one, two of most other alphabets, one of Chinese, Japanese and Korean, and one emoji.
 *
 * Good enough to plan by, as `limitRate` does, which mends it by what answers really used;
 * never to bill by.
 *
 * @example
 * ```ts
 * // Keeps room for an answer of 500 tokens, however long the question.
 * const estimate = (request: ChatRequest) => estimateTokens(request) + 500;
 * const ask = compose(openai({ model: 'gpt-5-mini' }), limitRate({ tokens: 90_000, estimate }));
 * ```
 */
export function estimateTokens({ messages, tools, output }: ChatRequest): number {
  let tokens = messages.length * MESSAGE;
  for (const message of messages) tokens += weigh(message);
  for (const tool of tools ?? []) tokens += weighText(JSON.stringify(tool));
  if (output) tokens += weighText(JSON.stringify(output));
  return Math.ceil(tokens);
}

function weigh(message: Message): number {
  const { content } = message;
  if (typeof content === 'string') {
    const calls = message.role === 'assistant' ? message.toolCalls : undefined;
    return weighText(content) + (calls?.length ? weighText(JSON.stringify(calls)) : 0);
  }
  let tokens = 0;
  for (const part of content) tokens += part.type === 'text' ? weighText(part.text) : MEDIA;
  return tokens;
}

function weighText(text: string): number {
  // Whole numbers are added faster than fractions.
  let quarters = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) quarters += 1;
    // From the radicals of Chinese on; of a surrogate pair each half is half a token.
    else if (unit < 0x2e80 || (unit >= 0xd800 && unit < 0xe000)) quarters += 2;
    else quarters += 4;
  }
  return quarters / 4;
}
