import { existsSync } from 'node:fs';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { readArguments, UsageError } from '../examples/tour/arguments';
import { simulator, type Simulator, type SimulatorOptions } from '../src/testing/simulator/index';
import { startProgram, type Ended } from './support/program';

// A process of its own takes a second to start, and longer where others start too.
vi.setConfig({ testTimeout: 60_000 });

const tour = ['node', '--import', 'tsx', 'examples/tour/main.ts'] as const;

const run = (
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Ended> => startProgram([...tour, ...args], environment).ended;

async function model(options: SimulatorOptions): Promise<Simulator> {
  const server = await simulator(options);
  onTestFinished(() => server.close());
  return server;
}

describe('the tour', () => {
  it('shows the whole pipeline at work', async () => {
    const { code, stdout, stderr } = await run(['--speed', '40']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });

    const [scenes = '', figures = '', marbles = ''] = stdout.split(/^What .*$/m);
    for (const story of [
      'observable: gpt answers',
      'cancellation: gpt answers',
      'back-pressure: waits for a place, first in line',
      'back-pressure: gpt answers',
      'retry: rate-limited: attempt 2 in ',
      'failover: takes back what it said',
      'failover: network: over to claude',
      'failover: claude answers',
      ' was first',
      'hedge: claude was asked too, and won',
      'failure: server: over to claude',
      'open: circuit-open: over to claude',
      'probe: gpt answers',
      'The breaker was closed → open → half-open → closed.',
      'cache: cache hit, saved ',
    ]) {
      expect(scenes).toContain(story);
    }
    expect(scenes.match(/^[\w-]+: done$/gm)).toHaveLength(12);
    // The panels hold the answers, whole and once.
    const text = scenes.replace(/[│\s]+/g, ' ');
    expect(text.match(/Once there was a stream/g)).toHaveLength(1);
    expect(text).toContain('another one took over, and nothing was said twice.');

    const cells = figures.match(/^│.*│$/gm)?.map((line) => line.split('│').map((x) => x.trim()));
    expect(cells?.map(([, call, by, attempts]) => [call, by, attempts])).toEqual([
      ['call', 'answered by', 'attempts'],
      ['observable', 'gpt', '1'],
      ['cancellation', 'gpt', '1'],
      ['back-pressure', 'gpt', '1'],
      ['retry', 'gpt', '2'],
      ['failover', 'claude', '2'],
      ['race', expect.stringMatching(/^(gpt|claude)$/) as string, '1'],
      ['hedge', 'claude', '1'],
      ['failure', 'claude', '2'],
      ['again', 'claude', '2'],
      ['open', 'claude', '2'],
      ['probe', 'gpt', '1'],
      ['cache', 'cache (gpt)', '1'],
    ]);

    expect(marbles).toMatch(/^observable +─*→─*S─*•[─•]*F$/m);
    expect(marbles).toMatch(/^cancellation +─*→─*S─*•[─•]*F$/m);
    expect(marbles).toMatch(/^back-pressure +─*w─*→─*S─*•[─•]*F$/m);
    expect(marbles).toMatch(/^retry +─*→─*r─*S─*•[─•]*F$/m);
    expect(marbles).toMatch(/^failover +─*→─*S─*•[─•]*R─*→─*S─*•[─•]*F$/m);
    expect(marbles).toMatch(/^race +─*→─*S─*•[─•]*F$/m);
    expect(marbles).toMatch(/^hedge +─*→─*S─*•[─•]*F$/m);
    expect(marbles).toMatch(/^open +─*→→─*S─*•[─•]*F$/m);
    expect(marbles).toMatch(/^cache +cS•F$/m);
    expect(marbles).toContain('The servers saw 17 requests for 12 questions.');
  });

  it('answers a question of the user', async () => {
    const { code, stdout } = await run(['--speed', '40', 'my question']);
    expect(code).toBe(0);
    expect(stdout).toContain('This is a simulated model');
    expect(stdout).toMatch(/^events +─*→─*S─*•[─•]*F$/m);
  });

  it('asks a real model where one is set', async () => {
    const server = await model({ answer: (question) => `You asked: ${question}` });
    const { code, stdout } = await run(['my question'], {
      OPENAI_API_KEY: 'any',
      OPENAI_BASE_URL: server.openai,
    });
    expect(code).toBe(0);
    expect(stdout).toContain('You asked: my question');
    expect(server.ledger.calls.map((call) => call.model)).toEqual(['gpt-5-mini']);
  });

  it('says what to set where a key is missing', async () => {
    const { code, stdout } = await run(['--model', 'openai:x', 'my question']);
    expect(code).toBe(1);
    expect(stdout.replace(/[│\s]+/g, ' ')).toContain('environment variable OPENAI_API_KEY');
  });
});

describe('wrong input', () => {
  it.each([
    [['--speed', '0'], '--speed must be a number above 0 and at most 1000, got 0'],
    [['--colour'], `Unknown option '--colour'`],
    [['--model', 'a\nb', 'question'], /^--model must be provider:name .*, got a b/],
  ])('%j is one line and exit code 2', async (args, message) => {
    const { code, stdout, stderr } = await run(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^[^\n]+ \(--help shows how\)\n$/);
    expect(stderr).toMatch(message);
  });

  it.each([
    [['two', 'words'], 'one question at a time: put it in quotes, got 2 words'],
    [[' '], 'the question is empty'],
    [['--model', 'openai:x'], '--model needs a question'],
    [['--model'], `Option '--model <value>' argument missing`],
    [['--help=yes'], `Option '-h, --help' does not take an argument`],
    [['--speed', '1001'], 'got 1001'],
    [['--speed', 'fast'], 'got fast'],
    [['--model', 'openai', '?'], 'a provider out of openai, openai-responses, anthropic, gemini'],
    [['--model', 'openai:', '?'], 'got openai:'],
    [['--model', ':x', '?'], 'got :x'],
    [['--model', 'nobody:x', '?'], 'got nobody:x'],
  ])('%j: %s', (args, message) => {
    expect(() => readArguments(args)).toThrow(UsageError);
    expect(() => readArguments(args)).toThrow(message);
  });

  it('and right input is none of it', () => {
    expect(readArguments([])).toEqual({ help: false, speed: 1 });
    expect(readArguments(['-h', '--model', 'openai:x'])).toMatchObject({ help: true });
    expect(readArguments(['--speed', '0.5', '--model', 'ollama:qwen3:8b', ' why? '])).toEqual({
      help: false,
      speed: 0.5,
      model: { provider: 'ollama', name: 'qwen3:8b' },
      question: 'why?',
    });
  });
});

describe('Ctrl-C', () => {
  const aborted = 'Aborted: every request was cancelled.';
  const endless: SimulatorOptions = { answer: 'on and '.repeat(10_000), pace: { perToken: 20 } };

  it('aborts an answer at once', async () => {
    const server = await model(endless);
    const program = startProgram([...tour, '--model', 'anthropic:x', 'my question'], {
      ANTHROPIC_API_KEY: 'any',
      ANTHROPIC_BASE_URL: server.anthropic,
    });
    await program.shows(/anthropic answers/);
    program.interrupt();
    const { code, stdout, stderr } = await program.ended;
    expect({ code, stderr }).toEqual({ code: 130, stderr: '' });
    expect(stdout).toContain(aborted);
    await server.until(({ openSockets }) => openSockets === 0);
    expect(server.ledger.totals).toMatchObject({ calls: 1, aborted: 1 });
  });

  it('aborts the tour, all calls of it', async () => {
    const program = startProgram([...tour]);
    await program.shows(/gpt answers/);
    program.interrupt();
    const { code, stdout, stderr } = await program.ended;
    expect({ code, stderr }).toEqual({ code: 130, stderr: '' });
    expect(stdout).toContain(aborted);
    expect(stdout).not.toContain('2. ');
  });

  // In a terminal there are more who listen to the signal, to bring back the cursor.
  const terminal = ['script', '-qec', `stty rows 40 cols 100; ${tour.join(' ')}`, '/dev/null'];
  const hasScript = process.platform === 'linux' && existsSync('/usr/bin/script');

  it.skipIf(!hasScript)('does so in a terminal too', async () => {
    const program = startProgram(terminal);
    await program.shows(/gpt answers/);
    program.type('\u0003');
    const { code, stdout } = await program.ended;
    expect(code).toBe(130);
    expect(stdout).toContain(aborted);
    expect(stdout.lastIndexOf('\u001B[?25h')).toBeGreaterThan(stdout.lastIndexOf('\u001B[?25l'));
  });
});
