/** The longest delay a timer takes: Node fires a longer one after 1 ms. */
export const MAX_DELAY = 2 ** 31 - 1;

/** The values that a number may have. */
export interface Range {
  readonly min?: number;
  readonly max?: number;
  readonly integer?: boolean;
}

/** Refuses a number outside its range with an error that names the option and the value. */
export function checkNumber(
  policy: string,
  option: string,
  value: number,
  range: Range = {},
): void {
  const { min = 0, max = Infinity, integer = false } = range;
  if (typeof value !== 'number') {
    throw new TypeError(`${policy}: ${option} must be a number, got ${typeof value}`);
  }
  const whole = !integer || value === Infinity || Number.isInteger(value);
  if (value >= min && value <= max && whole) return;
  const kind = integer ? 'a whole number' : 'a number';
  const upper = max === Infinity ? '' : ` and at most ${String(max)}`;
  throw new RangeError(
    `${policy}: ${option} must be ${kind} of at least ${String(min)}${upper}, got ${String(value)}`,
  );
}

/** Refuses a value that is not one of the allowed words. */
export function checkOneOf(
  policy: string,
  option: string,
  value: unknown,
  allowed: readonly string[],
): void {
  if (allowed.includes(value as string)) return;
  throw new TypeError(
    `${policy}: ${option} must be one of ${allowed.map((word) => `'${word}'`).join(', ')}, got ${String(value)}`,
  );
}

/** Refuses a value that is not a function. */
export function checkFunction(policy: string, option: string, value: unknown): void {
  if (typeof value === 'function') return;
  throw new TypeError(`${policy}: ${option} must be a function, got ${typeof value}`);
}

/** Takes what an option `key` has returned; anything but text would make different keys the same. */
export function keyText(policy: string, key: unknown): string {
  if (typeof key === 'string') return key;
  throw new TypeError(`${policy}: key must return a string, got ${typeof key}`);
}
