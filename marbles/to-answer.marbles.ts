import { LlmError, toAnswer, type ChatAnswer } from 'rxllm';
import { finish, usage } from 'rxllm/testing';
import { spec } from './spec';

const answer: ChatAnswer = {
  text: 'hi',
  reasoning: '',
  toolCalls: [],
  finish: { reason: 'stop' },
  usage: {},
  totalUsage: {},
  attempts: 1,
  cached: false,
  provider: 'fake',
  timings: { firstToken: 2, total: 6 },
};

export default spec('toAnswer', {
  'emits the whole answer at its end': {
    source: '  S-h-i-F|',
    apply: ({ source }) => source.pipe(toAnswer()),
    expected: '-------(x|)',
    values: { x: answer },
  },
  'counts what a retracted attempt has used, but not its text': {
    source: '  S-xuRS-h-iE|',
    apply: ({ source }) => source.pipe(toAnswer()),
    expected: '-----------(y|)',
    values: {
      u: usage({ inputTokens: 5, outputTokens: 1 }),
      E: finish({ usage: { inputTokens: 5, outputTokens: 2 } }),
      y: {
        ...answer,
        usage: { inputTokens: 5, outputTokens: 2 },
        totalUsage: { inputTokens: 10, outputTokens: 3 },
        timings: { firstToken: 7, total: 10 },
      },
    },
  },
  'fails when the stream completes without a finish': {
    source: '  S-h-i-|',
    apply: ({ source }) => source.pipe(toAnswer()),
    expected: '------#',
    errors: {
      expected: new LlmError('the stream completed without a finish event; ask again', {
        kind: 'truncated',
      }),
    },
  },
});
