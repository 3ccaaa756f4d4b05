import { last, response, usage } from '../gemini/streams';
import { stream, type Expected, type Recording } from '../recording';

const contents = (
  name: string,
  frames: readonly unknown[],
  expected: Partial<Expected>,
): Recording => stream(`gemini: ${name}`, 'gemini', frames, expected);

const stopped: Partial<Expected> = { finish: 'stop', finish_raw: 'STOP' };
const counts = usage({ promptTokenCount: 9, candidatesTokenCount: 3, totalTokenCount: 12 });
const counted = { input: 9, output: 3, total: 12 };

/** What Gemini sends, on AI Studio and on Vertex. */
export const geminiStreams: readonly Recording[] = [
  contents(
    'thoughts, text, and signatures alone',
    [
      response(
        [{ text: 'Hm.', thought: true }],
        usage({ promptTokenCount: 9, totalTokenCount: 20, thoughtsTokenCount: 11 }),
      ),
      response([{ text: 'Grüße, ' }, { text: '世界 👋🏽' }]),
      response([{ thoughtSignature: 'AA==' }]),
      response([{}, { text: '' }]),
      last(
        'STOP',
        [{ text: '', thoughtSignature: 'BB==' }],
        usage({
          promptTokenCount: 9,
          candidatesTokenCount: 3,
          totalTokenCount: 23,
          thoughtsTokenCount: 11,
        }),
      ),
    ],
    {
      ...stopped,
      text: 'Grüße, 世界 👋🏽',
      reasoning: 'Hm.',
      usage: { input: 9, output: 3, total: 23, reasoning: 11 },
    },
  ),
  contents(
    'code that the server runs, pictures and sources',
    [
      response([{ executableCode: { language: 'PYTHON', code: 'print(1)' } }]),
      response([{ codeExecutionResult: { outcome: 'OUTCOME_OK', output: '1\n' } }]),
      response([{ inlineData: { mimeType: 'image/png', data: 'AAAA' }, thoughtSignature: 'CC==' }]),
      response([{ text: 'One.' }]),
      {
        candidates: [
          {
            content: { role: 'model' },
            finishReason: 'STOP',
            index: 0,
            groundingMetadata: { webSearchQueries: ['no'] },
            citationMetadata: {},
            urlContextMetadata: {},
          },
        ],
        ...counts,
      },
    ],
    { ...stopped, text: 'One.', usage: counted },
  ),
  contents(
    'an end without content, and counts after it',
    [response([{ text: 'Hi' }]), { candidates: [{ finishReason: 'STOP', index: 0 }] }, counts],
    { ...stopped, text: 'Hi', usage: counted },
  ),
  contents(
    'several candidates, of which another one ends first',
    [
      {
        candidates: [
          { content: { parts: [{ text: 'H' }] } },
          { content: { parts: [{ text: 'no' }] }, finishReason: 'MAX_TOKENS', index: 1 },
        ],
      },
      { candidates: [{ content: { parts: [{ text: 'i' }] }, finishReason: 'STOP', index: 0 }] },
      { candidates: [{ content: { parts: [{ text: 'no' }] }, finishReason: 'SAFETY', index: 2 }] },
    ],
    { ...stopped, text: 'Hi' },
  ),
  contents(
    'a filter in the middle',
    [
      response([{ text: 'Well, ' }]),
      {
        candidates: [
          {
            finishReason: 'SAFETY',
            index: 0,
            safetyRatings: [{ category: 'X', probability: 'HIGH', blocked: true }],
          },
        ],
        ...counts,
      },
    ],
    { finish: 'content-filter', finish_raw: 'SAFETY', text: 'Well, ', usage: counted },
  ),
  contents(
    'a prompt that is refused',
    [{ promptFeedback: { blockReason: 'PROHIBITED_CONTENT' }, ...counts }],
    { finish: 'content-filter', finish_raw: 'PROHIBITED_CONTENT', usage: counted },
  ),
  contents(
    'feedback that names no reason',
    [
      { promptFeedback: { blockReason: 'BLOCK_REASON_UNSPECIFIED', safetyRatings: [] } },
      response([{ text: 'Hi' }]),
      last('STOP'),
    ],
    { ...stopped, text: 'Hi' },
  ),
  contents(
    'calls, whole and without arguments',
    [
      response([
        {
          functionCall: { name: 'weather', args: { city: 'Rome' }, id: 'a' },
          thoughtSignature: 'DD==',
        },
        { functionCall: { name: 'time' } },
      ]),
      last('STOP', [{ text: '' }]),
    ],
    {
      finish: 'tool-calls',
      finish_raw: 'STOP',
      tool_calls: [
        { id: 'a', name: 'weather', args: { city: 'Rome' } },
        { id: null, name: 'time', args: {} },
      ],
    },
  ),
  contents(
    'Vertex: arguments in pieces, closed by nothing',
    [
      response([{ functionCall: { name: 'write', willContinue: true }, thoughtSignature: 'EE==' }]),
      response([
        {
          functionCall: {
            partialArgs: [{ jsonPath: '$.items[0].text', stringValue: 'red ', willContinue: true }],
            willContinue: true,
          },
        },
      ]),
      response([
        {
          functionCall: {
            partialArgs: [{ jsonPath: '$.items[0].text', stringValue: 'apple' }],
            willContinue: true,
          },
        },
      ]),
      response([{ functionCall: { willContinue: true } }]),
      response([
        { functionCall: { partialArgs: [{ jsonPath: '$.items[1].price', numberValue: 0.5 }] } },
      ]),
      last('STOP', [{ text: '' }]),
    ],
    {
      finish: 'tool-calls',
      finish_raw: 'STOP',
      tool_calls: [
        { id: null, name: 'write', args: { items: [{ text: 'red apple' }, { price: 0.5 }] } },
      ],
    },
  ),
  contents(
    'a bare error over several lines',
    [
      response([{ text: 'Hi' }]),
      `${JSON.stringify({ error: { code: 503, status: 'UNAVAILABLE', message: 'no' } }, null, 2)}\n`,
    ],
    { error: { kind: 'server' } },
  ),
  contents(
    'a list as the body',
    [
      `[${JSON.stringify(response([{ text: 'H' }]))}\n,\r\n${JSON.stringify(last('STOP', [{ text: 'i' }], counts))}\n]`,
    ],
    { ...stopped, format: 'json', text: 'Hi', usage: counted },
  ),
];
