/** Refuses an option that is not a number within its range. */
export function checkNumber(
  option: string,
  value: number,
  { min = 0, max = Infinity, integer = false } = {},
): void {
  if (value >= min && value <= max && (!integer || Number.isInteger(value))) return;
  throw new RangeError(
    `simulator: ${option} must be ${integer ? 'a whole number' : 'a number'} from ${String(min)} to ${String(max)}, got ${String(value)}`,
  );
}
