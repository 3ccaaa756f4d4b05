import { asList, asObject } from '../json';
import type { PartialArg } from './wire';

type Step = string | number;
type Place = Record<Step, unknown> | unknown[];

// A path is the server's word, so it may not make us build without bound.
const LONGEST_PATH = 100;
const LONGEST_LIST = 10_000;

/** A step of a JSON path: `.name`, `[0]`, `['name']` or `["name"]`. */
const STEP = /\.([^.[\]]+)|\[(\d+)\]|\[(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\]/y;

/** Arguments of a tool call that come in pieces, each with the path of its place. */
export class PartialArguments {
  readonly value: Record<string, unknown> = {};

  /** Takes the pieces of one frame; returns `false` when they make no sense. */
  add(pieces: unknown): boolean {
    return asList(pieces).every((item) => {
      const piece = asObject<PartialArg>(item) ?? {};
      const value = readValue(piece);
      const path = readPath(piece.jsonPath);
      return value === undefined || (path !== undefined && put(this.value, path, value));
    });
  }
}

function readValue(piece: PartialArg): string | number | boolean | null | undefined {
  const { stringValue, numberValue, boolValue } = piece;
  if (typeof stringValue === 'string') return stringValue;
  if (typeof numberValue === 'number') return numberValue;
  if (typeof boolValue === 'boolean') return boolValue;
  return 'nullValue' in piece ? null : undefined;
}

function readPath(jsonPath: unknown): readonly Step[] | undefined {
  if (typeof jsonPath !== 'string' || !jsonPath.startsWith('$')) return undefined;
  const steps: Step[] = [];
  STEP.lastIndex = 1;
  while (STEP.lastIndex < jsonPath.length) {
    const step = STEP.exec(jsonPath);
    if (step === null || steps.length === LONGEST_PATH) return undefined;
    const [, name, index, single, double = ''] = step;
    steps.push(index === undefined ? (name ?? unescape(single ?? double)) : Number(index));
  }
  return steps.length === 0 ? undefined : steps;
}

function unescape(quoted: string): string {
  const controls = new Map(Object.entries({ b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }));
  return quoted.replace(/\\(?:u([\da-f]{4})|(.))/gis, (_, code?: string, character = '') =>
    code === undefined
      ? (controls.get(String(character)) ?? String(character))
      : String.fromCharCode(Number.parseInt(code, 16)),
  );
}

function put(root: Place, path: readonly Step[], value: unknown): boolean {
  let place = root;
  for (const [depth, step] of path.entries()) {
    const { fits, before } = look(place, step);
    if (!fits) return false;
    const next = path[depth + 1];
    if (next === undefined) {
      // A text may come in several pieces.
      const more = typeof before === 'string' && typeof value === 'string';
      write(place, step, more ? before + value : value);
      return true;
    }
    const inner = before ?? (typeof next === 'number' ? [] : {});
    if (typeof inner !== 'object') return false;
    if (before === undefined || before === null) write(place, step, inner);
    place = inner as Place;
  }
  return false;
}

function look(place: Place, step: Step): { readonly fits: boolean; readonly before?: unknown } {
  if (Array.isArray(place)) {
    return typeof step === 'number' && step < LONGEST_LIST
      ? { fits: true, before: place[step] }
      : { fits: false };
  }
  const before = Object.hasOwn(place, step) ? place[step] : undefined;
  return { fits: typeof step === 'string', before };
}

function write(place: Place, step: Step, value: unknown): void {
  if (Array.isArray(place)) while (place.length < Number(step)) place.push(null);
  // Not by assignment, for which the name `__proto__` means something else.
  Object.defineProperty(place, step, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}
