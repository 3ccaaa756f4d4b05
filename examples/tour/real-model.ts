import {
  anthropic,
  compose,
  failover,
  gemini,
  ollama,
  openai,
  openaiResponses,
  retryBackoff,
  type Handler,
} from 'rxllm';
import type { ProviderName, TourArguments } from './arguments';

const factories: Readonly<Record<ProviderName, (model: string) => Handler>> = {
  openai: (model) => openai({ model }),
  'openai-responses': (model) => openaiResponses({ model }),
  anthropic: (model) => anthropic({ model }),
  gemini: (model) => gemini({ model }),
  ollama: (model) => ollama({ model }),
};

const defaults: readonly (readonly [variable: string, ProviderName, model: string])[] = [
  ['OPENAI_API_KEY', 'openai', 'gpt-5-mini'],
  ['ANTHROPIC_API_KEY', 'anthropic', 'claude-haiku-4-5'],
  ['GEMINI_API_KEY', 'gemini', 'gemini-2.5-flash'],
  ['OLLAMA_HOST', 'ollama', 'llama3.2'],
];

/** The real models that are set, in a pipeline; `undefined` when none is. */
export function realModels(
  model: TourArguments['model'],
  environment: Readonly<Record<string, string | undefined>>,
): Handler | undefined {
  if (model) return compose(factories[model.provider](model.name), retryBackoff());
  const members = defaults
    .filter(([variable]) => environment[variable])
    .map(
      ([, provider, name]) =>
        [provider, compose(factories[provider](name), retryBackoff())] as const,
    );
  return members.length === 0 ? undefined : failover(Object.fromEntries(members));
}
