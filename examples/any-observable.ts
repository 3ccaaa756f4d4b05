import { limitConcurrency, retryBackoff } from 'rxllm';
import { defer, from, lastValueFrom, mergeMap, of, throwError, timer, toArray } from 'rxjs';

// Policies that never look at the request are operators for any cold Observable.
const limit = limitConcurrency<string>({ max: 2 });
const retry = retryBackoff<string>({ attempts: 3, base: 5 });

let busiest = 0;
limit.state$.subscribe(({ active }) => (busiest = Math.max(busiest, active)));

// Something of your app that has nothing to do with models: the first try of each page fails.
const tried = new Set<string>();
const load = (page: string) =>
  defer(() => {
    const result$ = tried.has(page) ? of(`page ${page}`) : throwError(() => ({ status: 503 }));
    tried.add(page);
    return timer(10).pipe(mergeMap(() => result$));
  });

const pages = await lastValueFrom(
  from(['a', 'b', 'c', 'd']).pipe(
    mergeMap((page) => load(page).pipe(retry, limit)),
    toArray(),
  ),
);

console.log(pages.sort().join(', '));
console.log(`at most ${String(busiest)} were loading at once`);
