import { inspect, isDeepStrictEqual } from 'node:util';
import { classify, type ChatEvent, type RouteEvent } from 'rxllm';
import type { Observable } from 'rxjs';
import type { Ending } from './faults';
import { textPieces, toolInput } from './plan';

/** The key of every call; nothing may show it (G6). */
export const CANARY = 'sk-canary-7Hq2ZpLw9XvTnRb4';

/** How late a call may end after its deadline, in milliseconds (G2). */
const GRACE = 150;

/** All that a subscriber heard of one call. */
export interface Heard {
  /** The text as a reader had it each time before it was taken back, and at the end. */
  readonly texts: readonly string[];
  readonly toolInputs: readonly unknown[];
  readonly finishes: number;
  readonly routes: readonly RouteEvent[];
  readonly retries: number;
  readonly cached: boolean;
  /** Notifications that end a stream, and what came after the first of them. */
  readonly ends: readonly Ending[];
  readonly late: number;
  readonly error: unknown;
  readonly elapsed: number;
}

/** Makes a call, and hears it to its end and a moment longer. */
export function hear(call: Observable<ChatEvent>): Promise<Heard> {
  return new Promise((resolve) => {
    const began = performance.now();
    const texts: string[] = [];
    const toolInputs: unknown[] = [];
    const routes: RouteEvent[] = [];
    const ends: Ending[] = [];
    let text = '';
    let finishes = 0;
    let retries = 0;
    let cached = false;
    let late = 0;
    let failure: unknown;
    const end = (ending: Ending): void => {
      const elapsed = performance.now() - began;
      ends.push(ending);
      texts.push(text);
      if (ends.length > 1) return;
      setImmediate(() =>
        resolve({
          ...{ texts, toolInputs, finishes, routes, retries, cached },
          ...{ ends, late, error: failure, elapsed },
        }),
      );
    };
    call.subscribe({
      next: (event) => {
        if (ends.length > 0) late += 1;
        if (event.type === 'text-delta') text += event.text;
        else if (event.type === 'tool-call') toolInputs.push(event.input);
        else if (event.type === 'finish') finishes += 1;
        else if (event.type === 'retry') retries += 1;
        else if (event.type === 'cache') cached = true;
        else if (event.type === 'route') routes.push(event);
        else if (event.type === 'retract') {
          // Not at `start`: an attempt that follows output without a retract mixes two.
          texts.push(text);
          text = '';
          toolInputs.length = 0;
        }
      },
      error: (error: unknown) => {
        failure = error;
        end(classify({ cause: error }).kind);
      },
      complete: () => end('ok'),
    });
  });
}

/** What the invariants G1, G2, G5 and G6 say against a call. */
export function violations(
  heard: Heard,
  nonces: readonly string[],
  deadline: number,
): readonly string[] {
  const { ends, finishes, late, texts, toolInputs, error, elapsed } = heard;
  const found: string[] = [];
  const [end] = ends;
  if (ends.length !== 1 || late > 0) found.push(`G1: ${ends.join(' and ')}, ${String(late)} later`);
  if (finishes !== (end === 'ok' ? 1 : 0)) found.push(`G1: ${String(finishes)} finishes`);
  if (elapsed > deadline + GRACE) found.push(`G2: it took ${elapsed.toFixed(0)} ms`);
  const wholes = nonces.map((nonce) => textPieces(nonce).join(''));
  const foreign = texts.find((text) => !wholes.some((whole) => whole.startsWith(text)));
  if (foreign !== undefined) found.push(`G5: text of no one attempt: ${foreign}`);
  if (end === 'ok') {
    const told = nonces.find((nonce) => textPieces(nonce).join('') === texts.at(-1));
    if (told === undefined) found.push(`G5: not the whole text: ${String(texts.at(-1))}`);
    else if (!isDeepStrictEqual(toolInputs, [toolInput(told)])) found.push('G5: another tool call');
  }
  // The first and the last dozen characters of a key tell it as well.
  const shown = inspect(error, { depth: 20, showHidden: true });
  if (shown.includes(CANARY.slice(0, 12)) || shown.includes(CANARY.slice(-12)))
    found.push('G6: the error shows the key');
  return found;
}

/** Watches the process for what nobody handled (G3). */
export function watchProcess(): readonly string[] {
  const found: string[] = [];
  const note =
    (what: string) =>
    (reason: unknown): void => {
      found.push(`G3: ${what}: ${inspect(reason).split('\n')[0] ?? ''}`);
    };
  process.on('unhandledRejection', note('unhandled rejection'));
  process.on('uncaughtException', note('uncaught exception'));
  process.on('warning', (warning) => {
    if (warning.name !== 'ExperimentalWarning') note('warning')(warning);
  });
  return found;
}
