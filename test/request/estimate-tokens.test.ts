import { describe, expect, it } from 'vitest';
import { estimateTokens } from '../../src/request/estimate-tokens';
import { assistant, prompt, toolResult, user } from '../../src/request/messages';

describe('estimateTokens', () => {
  // Counted by eye: words of English, parts of longer words elsewhere. Only the size matters.
  it.each([
    ['The quick brown fox jumps over the lazy dog.', 10],
    ['Übermütige Käfer fliegen über die Dächer.', 13],
    ['Съешь же ещё этих мягких французских булок', 12],
    ['敏捷的棕色狐狸跳过了懒狗', 12],
    ['素早い茶色の狐がのろまな犬を飛び越える', 15],
    ['🎉🎉🎉🎉🎉', 5],
  ])('%s: about %i', (text, tokens) => {
    const estimate = estimateTokens(prompt(text)) - 4;
    expect(estimate).toBeGreaterThan(tokens * 0.7);
    expect(estimate).toBeLessThan(tokens * 2);
  });

  it('counts four letters, two of other alphabets, one of Chinese, or one emoji as one', () => {
    expect(['abcd', 'äöüß', '漢字', '👍🏽'].map((text) => estimateTokens(prompt(text)))).toEqual([
      5, 6, 6, 6,
    ]);
  });

  it('counts all that is sent: messages, calls, results, tools, the form of the answer', () => {
    const text = 'x'.repeat(400);
    const call = { id: 'call', name: 'find', input: text };
    const least = [
      estimateTokens({ messages: [user(text), user(text)] }),
      estimateTokens({ messages: [user([{ type: 'text', text: text + text }])] }),
      estimateTokens({ messages: [user(text), assistant('', [call])] }),
      estimateTokens({ messages: [user(text), toolResult(call, text)] }),
      estimateTokens(prompt(text, { tools: [{ name: 'find', description: text }] })),
      estimateTokens(prompt(text, { output: { schema: { description: text } } })),
    ];
    for (const tokens of least) {
      expect(tokens).toBeGreaterThanOrEqual(204);
      expect(tokens).toBeLessThan(230);
    }
    expect(estimateTokens(prompt('', { maxOutputTokens: 1000 }))).toBe(4);
  });

  it('takes a picture or a file for a page, not for the text of its bytes', () => {
    const image = 'A'.repeat(1_000_000);
    expect(estimateTokens({ messages: [user([{ type: 'image', image }])] })).toBe(1004);
  });
});
