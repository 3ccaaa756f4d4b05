import { parseArgs } from 'node:util';

/** What the command line asks for. */
export interface TourArguments {
  readonly help: boolean;
  readonly question?: string;
  /** `provider:name`, split. */
  readonly model?: { readonly provider: ProviderName; readonly name: string };
  /** How many times faster than life the simulated servers are. */
  readonly speed: number;
}

export const providerNames = [
  'openai',
  'openai-responses',
  'anthropic',
  'gemini',
  'ollama',
] as const;
export type ProviderName = (typeof providerNames)[number];

/** Wrong input: one line for the user, and exit code 2. */
export class UsageError extends Error {}

export const usage = `Usage: npm start                       the tour, on simulated servers
       npm start -- "my question"      ask it: a real model if one is set, else a simulated one
Options: --model provider:name         the model to ask: ${providerNames.join(', ')}
         --speed N                     make the simulated servers N times faster
         --help
Keys: OPENAI_API_KEY, ANTHROPIC_API_KEY, GEMINI_API_KEY; OLLAMA_HOST`;

/** Reads the command line; throws a {@link UsageError} that says what was expected. */
export function readArguments(args: readonly string[]): TourArguments {
  const { values, positionals } = parse(args);
  const { help = false, model, speed = '1' } = values;
  if (positionals.length > 1) {
    throw new UsageError(
      `one question at a time: put it in quotes, got ${String(positionals.length)} words`,
    );
  }
  const question = positionals[0]?.trim();
  if (question === '') throw new UsageError('the question is empty');
  if (model !== undefined && question === undefined && !help) {
    throw new UsageError(
      '--model needs a question: npm start -- --model openai:gpt-5-mini "my question"',
    );
  }
  const factor = Number(speed);
  if (!(factor > 0 && factor <= 1000)) {
    throw new UsageError(`--speed must be a number above 0 and at most 1000, got ${speed}`);
  }
  return {
    help,
    speed: factor,
    ...(question === undefined ? {} : { question }),
    ...(model === undefined ? {} : { model: readModel(model) }),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h' },
        model: { type: 'string' },
        speed: { type: 'string' },
      },
    });
  } catch (error) {
    // The first sentence names the option; the rest is advice for other programs.
    throw new UsageError((error as Error).message.split(/\.\s/)[0]);
  }
}

function readModel(text: string): NonNullable<TourArguments['model']> {
  const at = text.indexOf(':');
  const provider = providerNames.find((name) => name === text.slice(0, at));
  const name = text.slice(at + 1);
  if (at > 0 && provider && name !== '') return { provider, name };
  throw new UsageError(
    `--model must be provider:name with a provider out of ${providerNames.join(', ')}, got ${text}`,
  );
}
