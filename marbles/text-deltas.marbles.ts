import { LlmError, textDeltas } from 'rxllm';
import { reasoningDelta } from 'rxllm/testing';
import { spec } from './spec';

export default spec('textDeltas', {
  'passes on the text and nothing else': {
    source: '  S-a-b-T-F|',
    apply: ({ source }) => source.pipe(textDeltas()),
    expected: '--a-b----|',
  },
  'fails when text that was passed on is retracted': {
    source: '  S-a-R-S-b-F|',
    apply: ({ source }) => source.pipe(textDeltas()),
    expected: '--a-#',
    subscriptions: '^---!',
    errors: {
      expected: new LlmError(
        'textDeltas: text that was passed on has been retracted; use textSoFar, or ' +
          "afterOutput: 'error' in the policies below",
        { kind: 'retracted' },
      ),
    },
  },
  'does not mind a retraction of what it has not passed on': {
    source: '  S-m-R-S-b-F|',
    apply: ({ source }) => source.pipe(textDeltas()),
    expected: '--------b--|',
    values: { m: reasoningDelta('m') },
  },
});
