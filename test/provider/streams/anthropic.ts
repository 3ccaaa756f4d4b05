import {
  messageDelta,
  messageStart,
  messageStop,
  ping,
  text,
  thinking,
  toolUse,
  blockStart,
  blockDelta,
  blockStop,
  inputs,
} from '../anthropic/streams';
import { stream, type Expected, type Recording } from '../recording';

const messages = (
  name: string,
  frames: readonly unknown[],
  expected: Partial<Expected>,
): Recording => stream(`anthropic: ${name}`, 'anthropic', frames, expected);

const ended: Partial<Expected> = {
  finish: 'stop',
  finish_raw: 'end_turn',
  usage: { input: 12, output: 7 },
};
const called: Partial<Expected> = {
  finish: 'tool-calls',
  finish_raw: 'tool_use',
  usage: { input: 12, output: 7 },
};

/** A start that holds what an earlier request left. */
function filled(content: readonly object[], stopReason: string | null): object {
  const start = messageStart();
  return {
    ...start,
    message: { ...(start['message'] as object), content, stop_reason: stopReason },
  };
}

/** What Anthropic's server and its lookalikes send. */
export const anthropicStreams: readonly Recording[] = [
  messages(
    'reasoning, text and a call, with pings between',
    [
      messageStart(),
      ping,
      ...thinking(0, 'Hm. ', 'Yes.'),
      ping,
      ...text(1, 'Grüße, ', '世界 👋🏽'),
      ...toolUse(2, 'weather', '', '{"city":', '"Rome"}'),
      messageDelta('tool_use'),
      messageStop,
    ],
    {
      ...called,
      text: 'Grüße, 世界 👋🏽',
      reasoning: 'Hm. Yes.',
      tool_calls: [{ id: 'toolu_2', name: 'weather', args: { city: 'Rome' } }],
    },
  ),
  messages(
    'content that is there from the start, with the reason',
    [
      filled(
        [
          {
            type: 'code_execution_tool_result',
            tool_use_id: 'srvtoolu_1',
            content: { stdout: 'x' },
          },
          { type: 'text', text: 'So: ' },
          {
            type: 'tool_use',
            id: 'toolu_9',
            name: 'lookup',
            input: { id: 'c_1' },
            caller: { type: 'code_execution' },
          },
        ],
        'tool_use',
      ),
      messageStop,
    ],
    {
      finish: 'tool-calls',
      finish_raw: 'tool_use',
      text: 'So: ',
      tool_calls: [{ id: 'toolu_9', name: 'lookup', args: { id: 'c_1' } }],
      usage: { input: 12, output: 1 },
    },
  ),
  messages(
    'content that is there from the start, and more',
    [
      filled([{ type: 'text', text: 'One ' }], null),
      ...text(1, 'two'),
      messageDelta('end_turn'),
      messageStop,
    ],
    { ...ended, text: 'One two' },
  ),
  messages(
    'tools that the server runs, and what they found',
    [
      messageStart(),
      ...text(0, 'I search. '),
      blockStart(1, { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: {} }),
      ...inputs(1, '', '{"query":', '"rx"}'),
      blockStop(1),
      blockStart(2, {
        type: 'web_search_tool_result',
        tool_use_id: 'srvtoolu_1',
        content: [
          {
            type: 'web_search_result',
            title: 'no',
            url: 'https://x.example',
            encrypted_content: 'AA',
          },
        ],
      }),
      blockStop(2),
      blockStart(3, {
        type: 'mcp_tool_use',
        id: 'mcptoolu_1',
        name: 'echo',
        server_name: 'e',
        input: {},
      }),
      ...inputs(3, '{"a":1}'),
      blockStop(3),
      blockStart(4, {
        type: 'mcp_tool_result',
        tool_use_id: 'mcptoolu_1',
        is_error: false,
        content: [{ type: 'text', text: 'no' }],
      }),
      blockStop(4),
      blockStart(5, { type: 'text', text: '', citations: [] }),
      blockDelta(5, {
        type: 'citations_delta',
        citation: { type: 'web_search_result_location', cited_text: 'no' },
      }),
      blockDelta(5, { type: 'text_delta', text: 'Found.' }),
      blockStop(5),
      messageDelta('end_turn', { output_tokens: 7, server_tool_use: { web_search_requests: 1 } }),
      messageStop,
    ],
    { ...ended, text: 'I search. Found.' },
  ),
  messages(
    'a context that was compacted and edited',
    [
      messageStart(),
      blockStart(0, { type: 'compaction', content: null }),
      blockDelta(0, { type: 'compaction_delta', content: 'A summary.' }),
      blockStop(0),
      ...text(1, 'Hi'),
      {
        ...messageDelta('end_turn'),
        context_management: {
          applied_edits: [{ type: 'clear_tool_uses', cleared_input_tokens: 9 }],
        },
      },
      messageStop,
    ],
    { ...ended, text: 'Hi' },
  ),
  messages(
    'thinking that is not shown',
    [
      messageStart(),
      blockStart(0, { type: 'thinking', thinking: '', signature: '' }),
      blockDelta(0, { type: 'signature_delta', signature: 'c2ln' }),
      blockStop(0),
      blockStart(1, { type: 'redacted_thinking', data: 'AA' }),
      blockStop(1),
      ...text(2, 'Hi'),
      messageDelta('end_turn', { output_tokens: 7, output_tokens_details: { thinking_tokens: 5 } }),
      messageStop,
    ],
    { ...ended, text: 'Hi', usage: { input: 12, output: 7, reasoning: 5 } },
  ),
  messages(
    'a model that hands over to another one',
    [
      messageStart(),
      ...thinking(0, 'First. '),
      blockStart(1, { type: 'fallback', from: { model: 'a' }, to: { model: 'b' } }),
      blockStop(1),
      ...thinking(2, 'Second.'),
      ...text(3, 'Hi'),
      messageDelta('end_turn', {
        output_tokens: 7,
        iterations: [
          { type: 'message', output_tokens: 3 },
          { type: 'fallback_message', output_tokens: 4 },
        ],
      }),
      messageStop,
    ],
    { ...ended, text: 'Hi', reasoning: 'First. Second.' },
  ),
  messages(
    'a turn that is to be taken up again',
    [messageStart(), ...text(0, 'Hi'), messageDelta('pause_turn'), messageStop],
    { ...ended, finish_raw: 'pause_turn', text: 'Hi' },
  ),
  messages(
    'an overload in the middle',
    [
      messageStart(),
      ...text(0, 'Hi'),
      {
        type: 'error',
        error: { details: null, type: 'overloaded_error', message: 'Overloaded' },
        request_id: 'req_1',
      },
    ],
    { error: { kind: 'overloaded' } },
  ),
  messages(
    'Vertex and Bedrock: an event of its own, and counts in the last one',
    [
      'event: vertex_event\ndata: {"type":"ping"}\n\n',
      messageStart({
        input_tokens: 12,
        cache_creation_input_tokens: 0,
        cache_read_input_tokens: 3,
        output_tokens: 1,
      }),
      ...text(0, 'Hi'),
      messageDelta('stop_sequence'),
      {
        type: 'message_stop',
        'amazon-bedrock-invocationMetrics': { inputTokenCount: 12, outputTokenCount: 7 },
      },
    ],
    {
      ...ended,
      finish_raw: 'stop_sequence',
      text: 'Hi',
      usage: { input: 12, output: 7, cached: 3, cache_write: 0 },
    },
  ),
  messages(
    'a proxy whose [DONE] stands in for nothing',
    [messageStart(), ...text(0, 'Hi'), messageDelta('end_turn'), 'data: [DONE]\n'],
    { error: { kind: 'truncated' } },
  ),
  messages(
    'one body in place of a stream',
    [
      {
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        model: 'claude-haiku-4-5',
        content: [
          { type: 'thinking', thinking: 'Hm.', signature: 'c2ln' },
          { type: 'text', text: 'Hi' },
          { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Rome' } },
        ],
        stop_reason: 'tool_use',
        stop_sequence: null,
        usage: { input_tokens: 12, output_tokens: 7 },
      },
    ],
    {
      ...called,
      format: 'json',
      text: 'Hi',
      reasoning: 'Hm.',
      tool_calls: [{ id: 'toolu_1', name: 'weather', args: { city: 'Rome' } }],
    },
  ),
];
