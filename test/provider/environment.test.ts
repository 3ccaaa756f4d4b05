import { afterEach, describe, expect, it, vi } from 'vitest';
import { environmentVariable } from '../../src/provider/environment';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

describe('environmentVariable', () => {
  it('gives the first variable that holds something, without the blanks around it', () => {
    vi.stubEnv('RXLLM_TEST_A', undefined);
    vi.stubEnv('RXLLM_TEST_B', '  ');
    vi.stubEnv('RXLLM_TEST_C', ' key\n');
    expect(environmentVariable('RXLLM_TEST_A', 'RXLLM_TEST_B', 'RXLLM_TEST_C')).toBe('key');
    expect(environmentVariable('RXLLM_TEST_A', 'RXLLM_TEST_B')).toBeUndefined();
  });

  it('sees a variable that is set late', () => {
    vi.stubEnv('RXLLM_TEST_A', undefined);
    expect(environmentVariable('RXLLM_TEST_A')).toBeUndefined();
    vi.stubEnv('RXLLM_TEST_A', 'late');
    expect(environmentVariable('RXLLM_TEST_A')).toBe('late');
  });

  it.each([
    ['no process, as in a browser', undefined],
    ['a process without an environment', {}],
    [
      'an environment that may not be read',
      {
        get env(): never {
          throw new Error('denied');
        },
      },
    ],
  ])('finds nothing where there is %s', (_, process) => {
    vi.stubGlobal('process', process);
    expect(environmentVariable('PATH')).toBeUndefined();
  });
});
