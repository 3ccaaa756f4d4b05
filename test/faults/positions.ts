/** Where in a call a fault strikes, in the order in which a call passes them. */
export const positions = [
  'connect',
  'before-headers',
  'before-first-token',
  'mid-text',
  'mid-tool-args',
  'after-finish',
] as const;

export type Position = (typeof positions)[number];

/** The position nearest to the wanted one that a fault can strike at. */
export function nearest(wanted: Position, from: Position, to: Position): Position {
  const at = positions.indexOf(wanted);
  const within = Math.min(Math.max(at, positions.indexOf(from)), positions.indexOf(to));
  return positions[within]!;
}

/** Whether a failure there comes before the caller has seen any output. */
export function isBeforeOutput(at: Position): boolean {
  return positions.indexOf(at) <= positions.indexOf('before-first-token');
}
