import { wrapLanguageModel } from 'ai';
import { ANSWER, calls, never, TOKEN, type Guard, type Library, type Run } from './guard.ts';

type Model = ReturnType<typeof wrapLanguageModel>;
type Part =
  Awaited<ReturnType<Model['doStream']>>['stream'] extends ReadableStream<infer Each>
    ? Each
    : never;

let deltas = 0;
const question = [{ role: 'user' as const, content: [{ type: 'text' as const, text: '?' }] }];
const usage = {
  inputTokens: { total: 10, noCache: 10, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 10, text: 10, reasoning: 0 },
};
const finishReason = { unified: 'stop' as const, raw: 'stop' };

/** Answers at once, as the models of the SDK's providers do after their transport. */
const model: Model = {
  specificationVersion: 'v4',
  provider: 'bench',
  modelId: 'bench',
  supportedUrls: {},
  doGenerate: async () => ({
    ...{ content: [{ type: 'text', text: ANSWER }], finishReason, usage, warnings: [] },
  }),
  doStream: async () => {
    let left = deltas;
    const stream = new ReadableStream<Part>({
      pull: (controller) => {
        if (left > 0) controller.enqueue({ type: 'text-delta', id: '1', delta: TOKEN });
        else if (calls.held) return never();
        else controller.close();
        left -= 1;
        return;
      },
    });
    return { stream };
  },
};

/** A middleware as the SDK's own guide writes it for logs, caches and guardrails. */
const wrapped = wrapLanguageModel({
  model,
  middleware: {
    specificationVersion: 'v4',
    wrapStream: async ({ doStream }) => {
      const { stream, ...rest } = await doStream();
      const passOn = new TransformStream<Part, Part>({
        transform: (part, controller) => controller.enqueue(part),
      });
      return { stream: stream.pipeThrough(passOn), ...rest };
    },
  },
});

function streamed(asked: Model): Run {
  return async (count) => {
    deltas = count;
    let length = 0;
    const { stream } = await asked.doStream({ prompt: question });
    for await (const part of stream) if (part.type === 'text-delta') length += part.delta.length;
    return length;
  };
}

export const library: Library = {
  wrapLanguageModel: (): Guard => ({
    ...{ bare: streamed(model), guarded: streamed(wrapped), streams: true },
  }),
};
