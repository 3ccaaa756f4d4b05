import { coalesce } from 'rxllm';
import { reasoningDelta, textDelta } from 'rxllm/testing';
import { spec } from './spec';

export default spec('coalesce', {
  'sends the first delta at once, then at most one each span': {
    source: '  S-a-bc---d-----e-----F|',
    apply: ({ source }) => source.pipe(coalesce({ span: 5 })),
    expected: 'S-a----x----d----e---F|',
    values: { x: textDelta('bc') },
  },
  'never lets a tool call overtake text': {
    source: '  S-a-bcT----F|',
    apply: ({ source }) => source.pipe(coalesce({ span: 5 })),
    expected: 'S-a---(xT)-F|',
    values: { x: textDelta('bc') },
  },
  'keeps reasoning and text apart': {
    source: '  S-a-mn-b------F|',
    apply: ({ source }) => source.pipe(coalesce({ span: 5 })),
    expected: 'S-a----x----b-F|',
    values: { m: reasoningDelta('m'), n: reasoningDelta('n'), x: reasoningDelta('mn') },
  },
  'loses nothing on an error': {
    source: '  S-a-bc#',
    apply: ({ source }) => source.pipe(coalesce({ span: 5 })),
    expected: 'S-a---(x#)',
    values: { x: textDelta('bc') },
  },
  'sends early what has grown long': {
    source: '  S-a-bcd-----F|',
    apply: ({ source }) => source.pipe(coalesce({ span: 8, maxLength: 3 })),
    expected: 'S-a---x-----F|',
    values: { x: textDelta('bcd') },
  },
  'ends each delta with a word': {
    source: '  S-a--b--c---F----|',
    apply: ({ source }) => source.pipe(coalesce({ span: 3, boundary: 'word' })),
    expected: 'S----x------(yF)-|',
    values: {
      a: textDelta('Hel'),
      b: textDelta('lo wor'),
      c: textDelta('ld'),
      x: textDelta('Hello '),
      y: textDelta('world'),
    },
  },
  'takes its timer along when the caller leaves': {
    source: '  S-a-bc------F|',
    apply: ({ source }) => source.pipe(coalesce({ span: 9 })),
    expected: 'S-a----',
    subscriptions: '^-----!',
    unsubscribe: '  ^-----!',
  },
});
