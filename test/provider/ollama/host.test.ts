import { expect, it } from 'vitest';
import { readHost } from '../../../src/provider/ollama/host';

it.each([
  ['127.0.0.1', 'http://127.0.0.1:11434'],
  ['127.0.0.1:8080', 'http://127.0.0.1:8080'],
  ['example.com', 'http://example.com:11434'],
  ['example.com:8080/', 'http://example.com:8080/'],
  ['example.com/ollama', 'http://example.com:11434/ollama'],
  [':8080', 'http://127.0.0.1:8080'],
  ['', 'http://127.0.0.1:11434'],
  ['0.0.0.0', 'http://127.0.0.1:11434'],
  ['0.0.0.0:8080', 'http://127.0.0.1:8080'],
  ['http://0.0.0.0:8080', 'http://127.0.0.1:8080'],
  ['[::1]', 'http://[::1]:11434'],
  ['[::1]:8080', 'http://[::1]:8080'],
  ['::1', 'http://[::1]:11434'],
  ['fe80::1/x', 'http://[fe80::1]:11434/x'],
  ['[::]:8080', 'http://[::1]:8080'],
  // With a scheme, the port is the scheme's own.
  ['http://example.com', 'http://example.com'],
  ['https://example.com', 'https://example.com'],
  ['https://example.com:8080/ollama?k=v', 'https://example.com:8080/ollama?k=v'],
  // The cloud listens there alone.
  ['ollama.com', 'https://ollama.com'],
  ['"ollama.com"', 'https://ollama.com'],
  ['ollama.com:8080', 'http://ollama.com:8080'],
  ['ollama.com.example', 'http://ollama.com.example:11434'],
  ['  "example.com:8080"  ', 'http://example.com:8080'],
  ["'example.com'", 'http://example.com:11434'],
])('reads %j as %s', (text, url) => {
  expect(readHost(text)).toBe(url);
  expect(new URL(readHost(text)).href).toMatch(/^https?:/);
});
