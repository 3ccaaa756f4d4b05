import { describe, expect, it } from 'vitest';
import { joinURL } from '../../src/provider/url';

describe('joinURL', () => {
  it.each([
    ['https://host.example/v1', 'chat/completions', 'https://host.example/v1/chat/completions'],
    ['https://host.example/v1/', '/chat/completions', 'https://host.example/v1/chat/completions'],
    ['https://host.example/v1//', 'chat', 'https://host.example/v1/chat'],
    ['http://localhost:11434', 'api/chat', 'http://localhost:11434/api/chat'],
    [
      'https://host.example/d/gpt?api-version=1',
      'chat',
      'https://host.example/d/gpt/chat?api-version=1',
    ],
    ['https://host.example/?a=1%2B2', 'go?alt=sse', 'https://host.example/go?a=1%2B2&alt=sse'],
    ['https://host.example/v1#part', 'chat', 'https://host.example/v1/chat'],
  ])('puts %s and %s together', (base, path, expected) => {
    expect(joinURL('openai', base, path)).toBe(expected);
  });

  it.each([
    [''],
    ['host.example/v1?key=canary'],
    ['/v1?key=canary'],
    ['https://?key=canary'],
    ['ftp://host.example/v1?key=canary'],
    ['file:///etc/passwd?canary'],
    ['javascript:alert("canary")'],
    ['https://user:canary@host.example/v1'],
    ['https://canary@host.example/v1'],
  ])('refuses %s, and does not show it', (base) => {
    expect(() => joinURL('openai', base, 'chat')).toThrow(TypeError);
    expect(() => joinURL('openai', base, 'chat')).toThrow(/^openai: baseURL must (?!.*canary)/);
  });
});
