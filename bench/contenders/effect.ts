import { LanguageModel } from '@effect/ai';
import { OpenAiClient, OpenAiLanguageModel } from '@effect/ai-openai';
import { FetchHttpClient } from '@effect/platform';
import { Effect, Layer, ManagedRuntime, Redacted, Stream } from 'effect';
import type { Connect } from './catalog.ts';

export const connect: Connect = (root) => {
  const client = OpenAiClient.layer({ apiKey: Redacted.make('key'), apiUrl: `${root}/v1` });
  const model = OpenAiLanguageModel.layer({ model: 'gpt-5-mini' });
  const runtime = ManagedRuntime.make(
    model.pipe(Layer.provide(client), Layer.provide(FetchHttpClient.layer)),
  );
  return (prompt, onText) =>
    runtime.runPromise(
      LanguageModel.streamText({ prompt }).pipe(
        Stream.runForEach((part) =>
          Effect.sync(() => {
            if (part.type === 'text-delta') onText(part.delta);
          }),
        ),
      ),
    );
};
