import type { Recording } from '../recording';
import { anthropicStreams } from './anthropic';
import { compatibleStreams } from './compatible';
import { geminiStreams } from './gemini';
import { ollamaStreams } from './ollama';
import { chatStreams } from './openai-chat';
import { responsesStreams } from './openai-responses';
import { responsesCallStreams } from './responses-calls';
import { responsesPlaceStreams } from './responses-places';
import { responsesItemStreams } from './responses-items';

/** The streams of our own, one for each thing that servers are known to do. */
export const committed: readonly Recording[] = [
  ...chatStreams,
  ...compatibleStreams,
  ...responsesStreams,
  ...responsesCallStreams,
  ...responsesPlaceStreams,
  ...responsesItemStreams,
  ...anthropicStreams,
  ...geminiStreams,
  ...ollamaStreams,
];
