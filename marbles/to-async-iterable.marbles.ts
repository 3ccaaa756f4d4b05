import { toAsyncIterable, type ChatEvent } from 'rxllm';
import { textDelta } from 'rxllm/testing';
import { concatMap, connect, filter, from, map, Observable } from 'rxjs';
import { spec } from './spec';

/** Reads one value at each tool call, which is slower than the source. */
const readSlowly = (source: Observable<ChatEvent>): Observable<unknown> =>
  source.pipe(
    connect((shared) => {
      const texts = shared.pipe(filter(({ type }) => type === 'text-delta'));
      const reader = toAsyncIterable(texts)[Symbol.asyncIterator]();
      return shared.pipe(
        filter(({ type }) => type === 'tool-call' || type === 'start'),
        concatMap(() => reader.next()),
        map(({ value }) => value),
      );
    }),
  );

export default spec('toAsyncIterable', {
  'reads every event in its order': {
    source: '  S-a-b-F|',
    apply: ({ source }) => from(toAsyncIterable(source)),
    expected: 'S-a-b-F|',
    promises: true,
  },
  'gives a slow reader larger pieces': {
    source: '  S-a-b-cd-T-e-f-T-|',
    apply: ({ source }) => readSlowly(source),
    expected: '--a------x-----y-|',
    values: { x: textDelta('bcd'), y: textDelta('ef') },
    promises: true,
  },
  'throws an error after what came before it': {
    source: '  S-a-#',
    apply: ({ source }) => from(toAsyncIterable(source)),
    expected: 'S-a-#',
    promises: true,
  },
  'aborts the request when the loop is left': {
    source: '  S-a-b-c-F|',
    apply: ({ source }) =>
      new Observable(() => {
        const reader = toAsyncIterable(source)[Symbol.asyncIterator]();
        void reader.next();
        return () => void reader.return?.();
      }),
    expected: '-----',
    subscriptions: '^---!',
    unsubscribe: '  ^---!',
    promises: true,
  },
});
