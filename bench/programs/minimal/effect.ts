import { LanguageModel } from '@effect/ai';
import { OpenAiClient, OpenAiLanguageModel } from '@effect/ai-openai';
import { FetchHttpClient } from '@effect/platform';
import { Console, Effect, Layer, Redacted, Stream } from 'effect';

const client = OpenAiClient.layer({ apiKey: Redacted.make('key') });
const model = OpenAiLanguageModel.layer({ model: 'gpt-5-mini' }).pipe(
  Layer.provide(client),
  Layer.provide(FetchHttpClient.layer),
);

export const stream = (prompt: string): Promise<void> =>
  LanguageModel.streamText({ prompt }).pipe(
    Stream.runForEach((part) =>
      part.type === 'text-delta' ? Console.log(part.delta) : Effect.void,
    ),
    Effect.provide(model),
    Effect.runPromise,
  );
