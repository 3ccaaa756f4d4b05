import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { AnswerFault } from './faults';
import type { LedgerEntry } from './ledger';
import { delayBefore, type Pace } from './pace';
import type { Random } from './random';
import { isToken, strikeIndex, type Script, type ScriptFrame } from './script';

/** What it takes to send an answer. */
export interface Playback {
  readonly response: ServerResponse;
  readonly headers: Readonly<Record<string, string>>;
  readonly entry: LedgerEntry;
  readonly pace: Pace;
  readonly random: Random;
  /** Aborted when the response is over. */
  readonly signal: AbortSignal;
  readonly fault: AnswerFault | undefined;
  /** What a fault of kind `error` sends. */
  readonly trouble: string;
}

const BATCH_LENGTH = 16_384;

/** Sends an answer at its pace, up to its end or to its fault. */
export async function play(script: Script, playback: Playback): Promise<void> {
  const { response, entry, fault, signal } = playback;
  const wait = pacer(playback);
  // Frames that need no wait between them go out together: thousands of calls stay quick.
  let batch = '';
  const flush = async (): Promise<void> => {
    const text = batch;
    batch = '';
    if (text === '') response.flushHeaders();
    else if (!response.write(text)) await once(response, 'drain', { signal });
  };

  if (!script.streamed) {
    for (let token = 0; token < script.tokens; token += 1) await wait(token);
  }
  response.writeHead(200, headersOf(script, playback));
  entry.note({ status: 200, phase: 'headers' });
  const struck = fault && strikeIndex(script, fault, playback.random);
  let tokens = 0;
  for (const [index, frame] of script.frames.entries()) {
    if (script.streamed && isToken(frame)) {
      await wait(tokens, flush);
      tokens += 1;
    }
    if (fault && index === struck && fault.kind !== 'malformed') {
      if (fault.kind === 'error') batch += playback.trouble;
      await flush();
      if (fault.kind === 'reset') await letRead(signal);
      // Node 26 and late ones of 24 hand to the socket what was written only when this turn is over.
      else if (fault.kind === 'close') await nextTurn(undefined, { signal });
      strike(fault, response, entry);
      return;
    }
    batch += index === struck ? broken(frame) : frame.text;
    if (isToken(frame)) entry.token();
    else if (frame.kind === 'finish') entry.note({ phase: 'finish' });
    if (batch.length >= BATCH_LENGTH) await flush();
  }
  if (!script.streamed) entry.note({ tokens: script.tokens });
  entry.note({ phase: 'end' });
  response.end(batch);
}

/** Breaks a response off, as far as it has come. */
export function strike({ kind }: AnswerFault, response: ServerResponse, entry: LedgerEntry): void {
  switch (kind) {
    case 'reset':
      entry.struck = true;
      response.socket?.resetAndDestroy();
      return;
    case 'close':
      entry.struck = true;
      response.socket?.destroySoon();
      return;
    case 'cut':
    case 'error':
      response.end();
      return;
  }
}

// A reset makes the other side drop what it has not read yet. A turn of the event loop is
// enough for a client in this process, the rest is for those in others.
async function letRead(signal: AbortSignal): Promise<void> {
  await sleep(10, undefined, { signal });
  await nextTurn(undefined, { signal });
}

/** Waits until a token is due. */
function pacer({ pace, random, signal }: Playback) {
  // From due time to due time, so that what the timers are late by does not add up.
  let due = performance.now();
  return async (token: number, before?: () => Promise<void>): Promise<void> => {
    due += delayBefore(token, pace, random);
    const left = due - performance.now();
    if (left < 1) return;
    await before?.();
    await sleep(left, undefined, { signal });
  };
}

// Half a frame is broken in both protocols: its JSON lacks its end.
function broken({ text }: ScriptFrame): string {
  return `${text.slice(0, Math.floor(text.length * 0.75)).trimEnd()}\n\n`;
}

function headersOf(
  { streamed, contentType, frames }: Script,
  { headers, fault }: Playback,
): Record<string, string> {
  const head = { 'content-type': contentType, ...headers };
  if (streamed) return { 'cache-control': 'no-cache', ...head };
  // A body that a fault changes or ends early, yet cleanly, can't announce its length.
  if (['cut', 'error', 'malformed'].includes(fault?.kind ?? '')) return head;
  const body = frames.map(({ text }) => text).join('');
  return { 'content-length': String(Buffer.byteLength(body)), ...head };
}
