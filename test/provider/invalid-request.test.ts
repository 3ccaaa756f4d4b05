import { describe, expect, it } from 'vitest';
import { anthropic } from '../../src/provider/anthropic';
import { gemini } from '../../src/provider/gemini';
import { ollama } from '../../src/provider/ollama';
import { openai } from '../../src/provider/openai';
import { openaiResponses } from '../../src/provider/openai-responses';
import { user } from '../../src/request/messages';
import { refusal } from './laws';

const providers = { anthropic, gemini, ollama, openai, openaiResponses };

describe.each(Object.entries(providers))('what TypeScript would refuse, given to %s', (_, make) => {
  it('is refused where it is a role that there is not', () => {
    const messages = [{ role: 'developer', content: 'Be brief.' }, user('Hi')];
    const error = refusal(make, { messages: messages as never });
    expect(error).toMatchObject({ kind: 'invalid-request', failover: false });
    expect(error.message).toContain(
      "role must be system, user, assistant or tool, got 'developer'",
    );
  });

  it('is told of without what may be the question', () => {
    const words = 'My number is 078-05-1120';
    const role = refusal(make, { messages: [{ role: words, content: 'user' } as never] });
    const part = refusal(make, { messages: [user([{ type: words, text: 'x' } as never])] });
    expect(role.message + part.message).not.toContain('078');
  });

  it.each([
    [{ type: 'image_url', image_url: 'x' }, "type must be text, image or file, got 'image_url'"],
    [{ type: 'image', url: 'x' }, 'type image must hold a URL or base64 text in its field image'],
    [{ type: 'file', file: 1, mediaType: 'text/plain' }, 'in its field file, got number'],
  ])('is refused where it is the part %o', (part, message) => {
    const error = refusal(make, { messages: [user([part as never])] });
    expect(error).toMatchObject({ kind: 'invalid-request', failover: false });
    expect(error.message).toContain(message);
  });
});
