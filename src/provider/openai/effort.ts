import type { ChatRequest } from '../../request/chat-request';

type Effort = NonNullable<ChatRequest['reasoning']>['effort'];

/** The effort nearest to the one that is wanted, of those that a model of OpenAI takes. */
export function encodeEffort(effort: Effort, model: string): Effort {
  if (effort !== 'none' && effort !== 'minimal') return effort;
  // These always think.
  if (/^(?:.*\/)?o\d|codex/.test(model)) return 'low';
  const version = /gpt-(\d+(?:\.\d+)?)/.exec(model)?.[1];
  if (version === '5') return 'minimal';
  // Since GPT-5.1, less than a low effort is none.
  return effort === 'minimal' && Number(version) > 5 ? 'low' : effort;
}
