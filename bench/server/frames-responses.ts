import type { Frames } from './frames.ts';

const item_id = 'msg_02ce8deeb6197db200698c5198ca0c81';
const place = { item_id, output_index: 0, content_index: 0 };

function frame(type: string, number: number, fields: object): string {
  const data = { type, sequence_number: number, ...fields };
  return `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
}

function response(status: string, output: readonly unknown[], usage: unknown): object {
  return {
    id: 'resp_02ce8deeb6197db200698c5196e95881',
    object: 'response',
    created_at: 1771234567,
    status,
    error: null,
    incomplete_details: null,
    instructions: null,
    max_output_tokens: null,
    metadata: {},
    model: 'gpt-5-mini',
    output,
    parallel_tool_calls: true,
    previous_response_id: null,
    reasoning: { effort: null, summary: null },
    service_tier: 'default',
    store: true,
    temperature: 1,
    text: { format: { type: 'text' }, verbosity: 'medium' },
    tool_choice: 'auto',
    tools: [],
    top_p: 1,
    truncation: 'disabled',
    usage,
  };
}

function message(status: string, content: readonly unknown[]): object {
  return { id: item_id, type: 'message', status, content, role: 'assistant' };
}

function part(text: string): object {
  return { type: 'output_text', annotations: [], logprobs: [], text };
}

const before = response('in_progress', [], null);

/** OpenAI's responses. */
export const responsesFrames: Frames = {
  opening: [
    frame('response.created', 0, { response: before }),
    frame('response.in_progress', 1, { response: before }),
    frame('response.output_item.added', 2, { output_index: 0, item: message('in_progress', []) }),
    frame('response.content_part.added', 3, { ...place, part: part('') }),
  ],
  delta: (delta, index) =>
    frame('response.output_text.delta', 4 + index, { ...place, delta, logprobs: [] }),
  closing: (text, count) => {
    const whole = message('completed', [part(text)]);
    const usage = {
      input_tokens: 12,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: count,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 12 + count,
    };
    return [
      frame('response.output_text.done', 4 + count, { ...place, text, logprobs: [] }),
      frame('response.content_part.done', 5 + count, { ...place, part: part(text) }),
      frame('response.output_item.done', 6 + count, { output_index: 0, item: whole }),
      frame('response.completed', 7 + count, { response: response('completed', [whole], usage) }),
    ];
  },
};
