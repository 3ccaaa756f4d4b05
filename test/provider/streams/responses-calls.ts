import { stream, type Expected, type Recording } from '../recording';

const created = { type: 'response.created', response: { id: 'resp_3', model: 'm-2026' } };
const read = { type: 'function_call', call_id: 'fc_a', name: 'read' };
const remove = { type: 'function_call', call_id: 'fc_b', name: 'remove' };
const A = '{"path":"a"}';
const B = '{"path":"b"}';

const added = (item: object, rest: object = {}): object => ({
  type: 'response.output_item.added',
  item: { arguments: '', status: 'in_progress', ...item },
  ...rest,
});
const itemDone = (item: object, rest: object = {}): object => ({
  type: 'response.output_item.done',
  item: { status: 'completed', ...item },
  ...rest,
});
const piece = (delta: string, rest: object): object => ({
  type: 'response.function_call_arguments.delta',
  delta,
  ...rest,
});
const piecesDone = (text: string, rest: object): object => ({
  type: 'response.function_call_arguments.done',
  arguments: text,
  ...rest,
});
const completed = (...output: readonly object[]): object => ({
  type: 'response.completed',
  response: { status: 'completed', output },
});

const calls = (
  name: string,
  frames: readonly object[],
  tool_calls: Expected['tool_calls'],
): Recording =>
  stream(`responses: ${name}`, 'openai-responses', [created, ...frames], {
    finish: 'tool-calls',
    finish_raw: 'completed',
    tool_calls,
  });

const calledA = { id: 'fc_a', name: 'read', args: { path: 'a' } };
const calledB = { id: 'fc_b', name: 'remove', args: { path: 'b' } };
const both = [calledA, calledB];

/** Calls of the Responses API, by the many ways in which servers name them. */
export const responsesCallStreams: readonly Recording[] = [
  calls(
    'llama.cpp: a call without a place, known by its id',
    [
      added(read),
      piece(A, { item_id: 'fc_a' }),
      itemDone({ ...read, arguments: A }),
      completed({ ...read, arguments: A }),
    ],
    [calledA],
  ),
  calls(
    'llama.cpp: two calls without a place that take turns',
    [
      added(read),
      piece(A, { item_id: 'fc_a' }),
      added(remove),
      piece(B, { item_id: 'fc_b' }),
      itemDone({ ...read, arguments: A }),
      itemDone({ ...remove, arguments: B }),
      completed({ ...read, arguments: A }, { ...remove, arguments: B }),
    ],
    both,
  ),
  calls(
    'vLLM: calls whose ids are others in the last event',
    [
      added(read, { output_index: 0 }),
      piecesDone(A, { output_index: 0, item_id: 'x', name: 'read' }),
      itemDone({ ...read, arguments: A }, { output_index: 0 }),
      itemDone({ ...read, call_id: 'fc_c', arguments: A }, { output_index: 1 }),
      completed(
        { ...read, call_id: 'x', arguments: A },
        { ...read, call_id: 'y', arguments: A },
        { ...read, call_id: 'z', arguments: A },
      ),
    ],
    [calledA, { ...calledA, id: 'fc_c' }, { ...calledA, id: 'z' }],
  ),
  calls(
    'a call whose id is another when it is done',
    [
      added(read, { output_index: 0 }),
      piece(A, { output_index: 0 }),
      itemDone({ ...read, call_id: 'x', arguments: A }, { output_index: 0 }),
      completed({ ...read, call_id: 'x', arguments: A }),
    ],
    [calledA],
  ),
  calls(
    'two calls one after the other in one place',
    [
      added(read, { output_index: 0 }),
      piece(A, { output_index: 0 }),
      itemDone({ ...read, arguments: A }, { output_index: 0 }),
      added(remove, { output_index: 0 }),
      piece(B, { output_index: 0 }),
      itemDone({ ...remove, arguments: B }, { output_index: 0 }),
      completed({ ...read, arguments: A }, { ...remove, arguments: B }),
    ],
    both,
  ),
  calls(
    'two calls in one place, told only when they are done',
    [
      itemDone({ ...read, arguments: A }, { output_index: 0 }),
      itemDone({ ...remove, arguments: B }, { output_index: 0 }),
      completed(),
    ],
    both,
  ),
  calls(
    'two calls in one place that take turns',
    [
      added(read, { output_index: 0 }),
      added(remove, { output_index: 0 }),
      piece(A, { output_index: 0, item_id: 'fc_a' }),
      piece(B, { output_index: 0, item_id: 'fc_b' }),
      completed(),
    ],
    both,
  ),
  calls(
    'two calls with one id, in two places',
    [
      added(read, { output_index: 0 }),
      added({ ...remove, call_id: 'fc_a' }, { output_index: 1 }),
      piece(A, { output_index: 0 }),
      piece(B, { output_index: 1 }),
      completed(),
    ],
    [calledA, { ...calledB, id: 'fc_a' }],
  ),
  calls(
    'arguments told only in the last event',
    [added(read, { output_index: 0 }), completed({ ...read, arguments: A })],
    [calledA],
  ),
  calls(
    'a place that only the arguments have',
    [
      added(read),
      piecesDone(A, { output_index: 1 }),
      itemDone({ ...read, arguments: A }),
      added(remove),
      piece(B, { output_index: 2 }),
      piecesDone(B, { output_index: 2 }),
      completed(),
    ],
    both,
  ),
  calls(
    'arguments that come before the calls they are of',
    [
      added(read, { output_index: 0 }),
      piece('{"path":', { output_index: 1, item_id: 'x' }),
      piece(A, { output_index: 0, item_id: 'y' }),
      piece('"b"}', { output_index: 1, item_id: 'z' }),
      added(remove, { output_index: 1 }),
      itemDone({ ...read, arguments: A }, { output_index: 0 }),
      completed({ ...read, arguments: A }, { ...remove, arguments: B }),
    ],
    both,
  ),
  calls(
    'arguments without a place that come before the second call',
    [
      added(read),
      piece(A, { item_id: 'fc_a' }),
      itemDone(read),
      piece(B, { item_id: 'fc_b' }),
      added(remove),
      completed(),
    ],
    both,
  ),
  calls(
    'calls that nothing names',
    [
      added({ ...read, call_id: undefined }),
      piece(A, {}),
      itemDone({ ...read, call_id: undefined, arguments: A }),
      itemDone({ ...remove, call_id: undefined, arguments: B }),
      completed({ ...read, call_id: undefined, arguments: A }),
    ],
    [
      { ...calledA, id: 'call_0' },
      { ...calledB, id: 'call_1' },
    ],
  ),
  stream(
    'responses: a call without arguments that the length cuts',
    'openai-responses',
    [
      created,
      added(read, { output_index: 0 }),
      {
        type: 'response.incomplete',
        response: {
          incomplete_details: { reason: 'max_output_tokens' },
          output: [{ ...read, arguments: '' }],
        },
      },
    ],
    { finish: 'length', finish_raw: 'max_output_tokens' },
  ),
];
