import type { ChatRequest, Message } from './schema';

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
export function estimateTokens({ messages, tools = [], output }: ChatRequest): number {
  const weights = messages.map((message) => MESSAGE + weigh(message));
  const rules = [...tools, ...(output ? [output] : [])];
  const rest = rules.map((value) => weighText(JSON.stringify(value)));
  return Math.ceil([...weights, ...rest].reduce((sum, weight) => sum + weight, 0));
}

function weigh(message: Message): number {
  const { content } = message;
  if (typeof content !== 'string') {
    return content.reduce(
      (sum, part) => sum + (part.type === 'text' ? weighText(part.text) : MEDIA),
      0,
    );
  }
  const calls = message.role === 'assistant' ? (message.toolCalls ?? []) : [];
  return weighText(content) + (calls.length > 0 ? weighText(JSON.stringify(calls)) : 0);
}

function weighText(text: string): number {
  let tokens = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) tokens += 0.25;
    // From the radicals of Chinese on; of a surrogate pair each half is half a token.
    else if (unit < 0x2e80 || (unit >= 0xd800 && unit < 0xe000)) tokens += 0.5;
    else tokens += 1;
  }
  return tokens;
}
