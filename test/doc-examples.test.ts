import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { closeDefaultTransport } from '../src/index';
import { readmeExamples, sourceExamples, withoutExample } from './support/doc-examples';
import { typeErrors } from './support/doc-program';
import { runExample } from './support/doc-run';
import { startDocServers, type DocServers } from './support/doc-servers';

const examples = [...readmeExamples(), ...sourceExamples()];

describe('the examples of the docs', () => {
  it.each([
    'src/index.ts',
    'src/testing/index.ts',
    'src/testing/simulator/index.ts',
    'src/transport/undici.ts',
  ])('show each public function and class of %s', (entry) => {
    expect(withoutExample(entry)).toEqual([]);
  });

  // One program for all of them; starting a compiler takes seconds on a busy machine.
  it('compile, where wrong ones would not', { timeout: 60_000 }, () => {
    const wrong = [
      { where: 'unknown', code: 'const text = nobody();' },
      { where: 'mistyped', code: `\nretryBackoff({ attempts: 'three' });` },
    ];
    expect(typeErrors([...examples, ...wrong])).toEqual([
      `unknown, line 1 of it: Cannot find name 'nobody'.`,
      `mistyped, line 2 of it: Type 'string' is not assignable to type 'number'.`,
    ]);
  });
});

describe('the code of the docs runs', () => {
  let servers: DocServers;

  beforeAll(async () => {
    servers = await startDocServers();
  });
  beforeEach(() => {
    for (const [name, value] of Object.entries(servers.environment)) vi.stubEnv(name, value);
    // The page that a browser shows.
    vi.stubGlobal('location', new URL(servers.environment['OPENAI_BASE_URL']!));
    vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  });
  afterAll(async () => {
    await closeDefaultTransport();
    await servers.close();
  });

  it.each(examples.map((example) => [example.where, example] as const))(
    '%s',
    async (_, example) => {
      if (example.code.includes('openaiResponses(')) {
        vi.stubEnv('OPENAI_BASE_URL', servers.responses['OPENAI_BASE_URL']);
      }
      await runExample(example);
    },
  );

  it.each([
    ['throws', 'throw new Error("broken");', 'broken'],
    ['uses what is not there', 'nobody();', 'nobody is not defined'],
    ['imports what is not there', `import { a } from 'rxllm/private';\na();`, 'no entry point'],
    ['gives a stream that fails', 'throwError(() => new Error("broken"));', 'broken'],
    ['leaves an error to nobody', 'throwError(() => new Error("broken")).subscribe();', 'broken'],
    ['asks in vain', 'const ask = () => throwError(() => new Error("broken"));', 'broken'],
  ])('and one that %s would fail', async (where, code, message) => {
    await expect(runExample({ where, code })).rejects.toThrow(message);
  });
});
