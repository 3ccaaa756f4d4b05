import type { Framing } from '../../src/wire/framing';

export type Frame = readonly [data: string, event?: string];

const encoder = new TextEncoder();

export const bytesOf = (input: string | Uint8Array): Uint8Array =>
  typeof input === 'string' ? encoder.encode(input) : input;

/** Cuts bytes at the given positions. */
export function cutAt(bytes: Uint8Array, positions: readonly number[]): Uint8Array[] {
  const cuts = [...new Set(positions.map((at) => at % (bytes.length + 1)))].sort((a, b) => a - b);
  return [...cuts, bytes.length].map((to, index) => bytes.subarray(cuts[index - 1] ?? 0, to));
}

/** What a reader delivers for the pieces, before their end and at it. */
export function read(
  framing: Framing,
  pieces: readonly Uint8Array[],
  maxFrameLength = 1_000_000,
): { readonly frames: Frame[]; readonly atEnd: Frame[] } {
  let frames: Frame[] = [];
  const reader = framing(
    { frame: (data, event) => void frames.push(event === undefined ? [data] : [data, event]) },
    { maxFrameLength },
  );
  for (const piece of pieces) reader.push(piece);
  const before = frames;
  frames = [];
  reader.end();
  return { frames: before, atEnd: frames };
}

/** All frames of an input that comes in one piece. */
export function framesOf(framing: Framing, input: string | Uint8Array): Frame[] {
  const { frames, atEnd } = read(framing, [bytesOf(input)]);
  return [...frames, ...atEnd];
}

/** Every way to cut an input once, and the cut into single bytes. */
export function everySplit(input: string | Uint8Array): Uint8Array[][] {
  const bytes = bytesOf(input);
  const once = Array.from({ length: bytes.length + 1 }, (_, at) => cutAt(bytes, [at]));
  return [...once, Array.from(bytes, (byte) => Uint8Array.of(byte))];
}
