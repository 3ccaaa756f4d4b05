import { stream, type Recording } from '../recording';

const created = { type: 'response.created', response: { id: 'resp_4', model: 'm-2026' } };
const completed = { type: 'response.completed', response: { status: 'completed', output: [] } };
const delta = (text: string, rest: object): object => ({
  type: 'response.output_text.delta',
  delta: text,
  ...rest,
});
const done = (text: string, rest: object): object => ({
  type: 'response.output_text.done',
  text,
  ...rest,
});
const itemDone = (texts: readonly string[], rest: object): object => ({
  type: 'response.output_item.done',
  item: {
    type: 'message',
    id: 'm',
    content: texts.map((text) => ({ type: 'output_text', text })),
  },
  ...rest,
});

const told = (name: string, frames: readonly object[], text: string): Recording =>
  stream(`responses: ${name}`, 'openai-responses', [created, ...frames, completed], {
    finish: 'stop',
    finish_raw: 'completed',
    text,
  });

/** Text of the Responses API that is told again under another name than it came by. */
export const responsesPlaceStreams: readonly Recording[] = [
  told(
    'a text whose end is at another place',
    [
      delta('Hel', { output_index: 1, content_index: 0, item_id: 'm' }),
      delta('lo', { output_index: 1, content_index: 0, item_id: 'm' }),
      done('Hello', { output_index: 0, content_index: 0, item_id: 'm' }),
      itemDone(['Hello'], { output_index: 0 }),
    ],
    'Hello',
  ),
  told(
    'a text whose place is known at its end alone',
    [delta('Hello', { item_id: 'm' }), itemDone(['Hello'], { output_index: 0 })],
    'Hello',
  ),
  told(
    'a part that is counted from 1, and from 0 at its end',
    [
      delta('Hello', { output_index: 0, content_index: 1, item_id: 'm' }),
      itemDone(['Hello'], { output_index: 0 }),
    ],
    'Hello',
  ),
  told(
    'a text that has a new id each time',
    [
      delta('Hel', { output_index: 0, content_index: 0, item_id: 'a' }),
      delta('lo', { output_index: 0, content_index: 0, item_id: 'b' }),
      done('Hello', { output_index: 0, content_index: 0, item_id: 'c' }),
      itemDone(['Hello', ' again'], { output_index: 0 }),
    ],
    'Hello again',
  ),
  told(
    'two items, one of them told whole only',
    [
      delta('Hello', { output_index: 0, content_index: 0, item_id: 'a' }),
      done(' again', { output_index: 1, content_index: 0, item_id: 'b' }),
    ],
    'Hello again',
  ),
];
