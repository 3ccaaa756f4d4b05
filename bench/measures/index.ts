import type { Measure } from '../harness/measure.ts';
import { cache } from './cache.ts';
import { policies } from './policies.ts';

/** All measures, in the order of the report. */
export const measures: readonly Measure[] = [policies, cache];
