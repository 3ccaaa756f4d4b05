import { textSoFar } from 'rxllm';
import { spec } from './spec';

export default spec('textSoFar', {
  'shows the whole text each time it changes': {
    source: '  S-a-b-T-c-F|',
    apply: ({ source }) => source.pipe(textSoFar()),
    expected: '--x-y---z--|',
    values: { x: 'a', y: 'ab', z: 'abc' },
  },
  'takes away what is retracted': {
    source: '  S-a-b-R-S-c-F|',
    apply: ({ source }) => source.pipe(textSoFar()),
    expected: '--x-y-0---z--|',
    values: { x: 'a', y: 'ab', 0: '', z: 'c' },
  },
  'keeps its last text when the call fails': {
    source: '  S-a-b-#',
    apply: ({ source }) => source.pipe(textSoFar()),
    expected: '--x-y-#',
    values: { x: 'a', y: 'ab' },
  },
});
