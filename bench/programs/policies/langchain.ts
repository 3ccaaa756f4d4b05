import { RunnableLambda, type Runnable } from '@langchain/core/runnables';
import { ANSWER, call, calls, never, TOKEN, type Guard, type Library, type Run } from './guard.ts';

const lambda = () => RunnableLambda.from<number, string>(() => call());

async function* tokens(deltas: number) {
  for (let index = 0; index < deltas; index += 1) yield TOKEN;
  if (calls.held) await never();
}

// Its types don't know that it streams what a generator gives.
const streaming = () =>
  RunnableLambda.from<number, string>(tokens as unknown as (deltas: number) => string);

function invoked(runnable: Runnable<number, string>): Run {
  return async (deltas) => (await runnable.invoke(deltas)).length;
}

function streamed(runnable: Runnable<number, string>): Run {
  return async (deltas) => {
    let length = 0;
    for await (const text of await runnable.stream(deltas)) length += text.length;
    return length;
  };
}

export const library: Library = {
  withRetry: (): Guard => {
    const runnable = lambda();
    const guarded = runnable.withRetry({ stopAfterAttempt: 3 });
    return { bare: invoked(runnable), guarded: invoked(guarded), streams: false };
  },
  'withFallbacks, invoke': (): Guard => {
    const runnable = lambda();
    const guarded = runnable.withFallbacks({ fallbacks: [RunnableLambda.from(() => ANSWER)] });
    return { bare: invoked(runnable), guarded: invoked(guarded), streams: false };
  },
  'withFallbacks, stream': (): Guard => {
    const runnable = streaming();
    const guarded = runnable.withFallbacks({ fallbacks: [streaming()] });
    return { bare: streamed(runnable), guarded: streamed(guarded), streams: true };
  },
};
