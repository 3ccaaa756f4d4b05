import type { Results } from './results.ts';

export function drawChart(_results: Results): string {
  return '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"/>\n';
}
