/** Counts how often each request has come; the oldest of too many are forgotten. */
export function attemptCounter(limit: number): (request: number) => number {
  const counts = new Map<number, number>();
  return (request) => {
    const count = (counts.get(request) ?? 0) + 1;
    counts.delete(request);
    counts.set(request, count);
    const [oldest] = counts.keys();
    if (counts.size > limit && oldest !== undefined) counts.delete(oldest);
    return count;
  };
}
