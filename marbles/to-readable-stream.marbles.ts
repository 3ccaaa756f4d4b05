import { toReadableStream } from 'rxllm';
import { from, Observable } from 'rxjs';
import { spec } from './spec';

export default spec('toReadableStream', {
  'streams every event in its order': {
    source: '  S-a-b-F|',
    apply: ({ source }) => from(toReadableStream(source)),
    expected: 'S-a-b-F|',
    promises: true,
  },
  'fails as the call fails': {
    source: '  S-a-#',
    apply: ({ source }) => from(toReadableStream(source)),
    expected: 'S-a-#',
    promises: true,
  },
  'aborts the request when it is cancelled': {
    source: '  S-a-b-c-F|',
    apply: ({ source }) =>
      new Observable(() => {
        const reader = toReadableStream(source).getReader();
        void reader.read();
        return () => void reader.cancel();
      }),
    expected: '-----',
    subscriptions: '^---!',
    unsubscribe: '  ^---!',
    promises: true,
  },
});
