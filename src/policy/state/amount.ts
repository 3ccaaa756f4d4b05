/** Refuses what is not a number of at least 0, with an error that names the option and the value. */
export function checkAmount(owner: string, option: string, value: number, max = Infinity): void {
  if (typeof value !== 'number') {
    throw new TypeError(`${owner}: ${option} must be a number, got ${typeof value}`);
  }
  if (value >= 0 && value <= max) return;
  const upper = max === Infinity ? '' : ` and at most ${String(max)}`;
  throw new RangeError(
    `${owner}: ${option} must be a number of at least 0${upper}, got ${String(value)}`,
  );
}
