import { inspect } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { LlmError } from '../../src/error/llm-error';
import {
  checkHeaders,
  checkHeaderValue,
  missingKey,
  readKey,
  secretValues,
} from '../../src/provider/credentials';

afterEach(() => {
  vi.unstubAllEnvs();
});

const unsendable = ['\r', '\n', '\0', '\u2028', '键', '👋', '\u007f', '\u001b'];

describe('checkHeaderValue', () => {
  it.each(unsendable)('refuses a value that holds %j, and does not show it', (character) => {
    const check = (): void => checkHeaderValue('openai', 'apiKey', `canary${character}`);
    expect(check).toThrow(TypeError);
    expect(check).toThrow(/^openai: apiKey (?!.*canary)/);
  });

  it('refuses what is not a string', () => {
    expect(() => checkHeaderValue('openai', 'apiKey', 42)).toThrow(
      new TypeError('openai: apiKey must be a string, got number'),
    );
  });

  it('takes what a header can carry', () => {
    expect(() => checkHeaderValue('openai', 'apiKey', 'sk-é ~\t!')).not.toThrow();
  });
});

describe('checkHeaders', () => {
  it('names the header whose value it refuses', () => {
    expect(() => checkHeaders('openai', { good: 'yes', 'x-bad': 'canary\n' })).toThrow(
      new TypeError(`openai: headers['x-bad'] holds a character that a header can't carry`),
    );
  });

  it.each(['', 'Bearer canary', 'canary\r\nx: y', 'x:canary'])('refuses the name %j', (name) => {
    expect(() => checkHeaders('openai', { [name]: 'v' })).toThrow(
      new TypeError(`openai: headers holds a name that is not a header's name`),
    );
  });

  it('takes none, and good ones', () => {
    expect(() => checkHeaders('openai', undefined)).not.toThrow();
    expect(() => checkHeaders('openai', { 'X-Title': 'tour' })).not.toThrow();
  });
});

describe('readKey', () => {
  it('prefers the option, and takes an empty one for no key', () => {
    vi.stubEnv('RXLLM_TEST_KEY', 'from the environment');
    expect(readKey('openai', 'from the option', ['RXLLM_TEST_KEY'])).toBe('from the option');
    expect(readKey('openai', undefined, ['RXLLM_TEST_KEY'])).toBe('from the environment');
    expect(readKey('openai', '', ['RXLLM_TEST_KEY'])).toBeUndefined();
  });

  it.each(unsendable)('refuses a key of the environment that holds %j', (character) => {
    if (character === '\0') return; // No variable can hold it.
    vi.stubEnv('RXLLM_TEST_KEY', `canary${character}canary`);
    let thrown: unknown;
    try {
      readKey('openai', undefined, ['RXLLM_TEST_KEY']);
    } catch (error) {
      thrown = error;
    }
    expect(LlmError.is(thrown)).toBe(true);
    expect(thrown).toMatchObject({ kind: 'unauthorized', provider: 'openai' });
    expect(inspect(thrown, { showHidden: true, depth: 9 })).not.toContain('canary');
    expect(inspect(thrown)).toContain('RXLLM_TEST_KEY');
  });
});

describe('missingKey', () => {
  it('says what to set', () => {
    const error = missingKey('gemini', ['GEMINI_API_KEY', 'GOOGLE_API_KEY']);
    expect(error.kind).toBe('unauthorized');
    expect(error.message).toContain('apiKey');
    expect(error.message).toContain('GEMINI_API_KEY or GOOGLE_API_KEY');
  });
});

describe('secretValues', () => {
  it('holds the key, the words of headers and the query of the base URL, but no common words', () => {
    const headers = { authorization: 'Bearer canary-1', 'x-a': 'on' };
    const secrets = secretValues('canary-0', headers, 'https://a.example/v1?sig=canary-2&v=1');
    expect(secrets).toEqual(
      expect.arrayContaining(['canary-0', 'Bearer canary-1', 'canary-1', 'canary-2']),
    );
    expect(secrets).not.toContain('on');
    expect(secrets).not.toContain('Bearer');
    expect(secrets).not.toContain('1');
  });

  it('may be empty', () => {
    expect(secretValues(undefined, undefined)).toEqual([]);
  });
});
