import type { Recording } from '../recording';
import { chatStreams } from './openai-chat';
import { responsesStreams } from './openai-responses';

/** The streams of our own, one for each thing that servers are known to do. */
export const committed: readonly Recording[] = [...chatStreams, ...responsesStreams];
