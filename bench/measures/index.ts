import type { Measure } from '../harness/measure.ts';
import { cache } from './cache.ts';
import { chunks } from './chunks.ts';
import { eventLoop } from './event-loop.ts';
import { firstToken } from './first-token.ts';
import { importing } from './import.ts';
import { memory } from './memory.ts';
import { policies } from './policies.ts';
import { shortStreams } from './short-streams.ts';
import { size } from './size.ts';

/** All measures, in the order of the report. */
export const measures: readonly Measure[] = [
  ...[chunks, shortStreams, firstToken],
  ...[memory, eventLoop],
  ...[importing, size, cache, policies],
];
