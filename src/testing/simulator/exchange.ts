import type { IncomingMessage, ServerResponse } from 'node:http';
import type { WireAnswer } from '../wire-answer';
import { readCall, type Refusal, type SimulatedCall } from './call';
import { errorBody, troubleBody } from './errors';
import { placeOf, type Fault, type StatusFault } from './faults';
import type { LedgerEntry } from './ledger';
import { checkPace, type Pace } from './pace';
import { play, strike } from './playback';
import { createRandom, hash, randomId, type Random } from './random';
import { refuseRoute, type Route } from './route';
import { writeScript } from './script';

/** What the simulated model says. */
export interface SimulatedAnswer extends WireAnswer {
  /** Goes before the simulator's own pace, field by field. */
  readonly pace?: Pace | undefined;
  /** More response headers. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** What an exchange needs of its simulator. */
export interface Scene {
  readonly seed: number;
  readonly apiKey: string | undefined;
  readonly maxBodyBytes: number;
  readonly pace: Pace;
  readonly answer: (
    call: SimulatedCall,
    random: Random,
  ) => SimulatedAnswer | PromiseLike<SimulatedAnswer>;
  readonly chooseFault: (call: SimulatedCall, key: string) => Fault | undefined;
  /** Counts how often a request has come. */
  readonly countAttempt: (request: number) => number;
}

/** One HTTP request and its response. */
export class Exchange {
  readonly #over = new AbortController();
  #requestId: string;

  constructor(
    private readonly request: IncomingMessage,
    private readonly response: ServerResponse,
    private readonly route: Route,
    private readonly entry: LedgerEntry,
    private readonly scene: Scene,
  ) {
    this.#requestId = this.#newRequestId(this.#randomFor(`request ${String(entry.id)}`));
    response.once('close', () => {
      this.#over.abort();
    });
  }

  async run(): Promise<void> {
    try {
      await this.#answer();
    } catch (error) {
      // What a leaving client broke off has not failed.
      if (this.#over.signal.aborted) return;
      this.entry.note({ error });
      this.entry.struck = true;
      if (this.response.headersSent) this.response.destroy();
      else this.#refuse({ status: 500, message: 'The simulator failed: see its ledger.' });
    }
  }

  async #answer(): Promise<void> {
    const { entry, response, scene } = this;
    const { protocol } = this.route;
    // Read before all else: an answer to a request that is not yet sent breaks connections.
    const text = await readBody(this.request, scene.maxBodyBytes);
    const read = refuseRoute(this.route, this.request, scene.apiKey) ?? readCall(protocol, text);
    if ('status' in read) {
      this.#refuse(read);
      return;
    }

    const identity = hash(`${protocol} ${text ?? ''}`);
    const call = { ...read, id: entry.id, attempt: scene.countAttempt(identity) };
    entry.describe(call);
    // From the request itself, so that concurrent calls may come in any order.
    const key = `${String(identity)} ${String(call.attempt)}`;
    const random = this.#randomFor(key);
    this.#requestId = this.#newRequestId(random);

    const fault = scene.chooseFault(call, key);
    if (fault) entry.note({ fault });
    if (fault?.kind === 'status') {
      this.#sendStatus(fault);
      return;
    }
    if (fault && placeOf(fault) === 'connect') {
      strike(fault, response, entry);
      return;
    }

    const answer = await scene.answer(call, random);
    if (this.#over.signal.aborted) return;
    const pace = { ...scene.pace, ...answer.pace };
    checkPace(pace);
    const id =
      protocol === 'openai' ? `chatcmpl-${randomId(random, 29)}` : `msg_${randomId(random, 24)}`;
    await play(writeScript(call, { id, ...answer }), {
      response,
      entry,
      random,
      fault,
      signal: this.#over.signal,
      pace,
      headers: { ...this.#headers(), ...lowerCased(answer.headers) },
      trouble:
        fault?.kind === 'error'
          ? troubleBody(protocol, fault.body, this.#requestId, call.stream)
          : '',
    });
  }

  #refuse(refusal: Refusal): void {
    const body = errorBody(this.route.protocol, refusal, this.#requestId);
    this.#send(refusal.status, { 'content-type': 'application/json' }, body);
  }

  #sendStatus({ status, headers: given, body }: StatusFault): void {
    const headers = lowerCased(given);
    if (typeof body === 'string') {
      const type = body.trimStart().startsWith('<') ? 'text/html' : 'text/plain';
      this.#send(status, { 'content-type': type, ...headers }, body);
    } else {
      const json =
        body === undefined
          ? errorBody(this.route.protocol, { status }, this.#requestId)
          : JSON.stringify(body);
      this.#send(status, { 'content-type': 'application/json', ...headers }, json);
    }
  }

  #send(status: number, headers: Readonly<Record<string, string>>, body: string): void {
    this.response.writeHead(status, { ...lengthOf(status, body), ...this.#headers(), ...headers });
    this.entry.note({ status, phase: 'headers' });
    this.response.end(body);
  }

  #headers(): Readonly<Record<string, string>> {
    return { [this.route.protocol === 'openai' ? 'x-request-id' : 'request-id']: this.#requestId };
  }

  #newRequestId(random: Random): string {
    return `req_${randomId(random, 24)}`;
  }

  #randomFor(purpose: string): Random {
    return createRandom(`${String(this.scene.seed)} ${purpose}`);
  }
}

// Node would send a header twice whose name is written in two ways.
function lowerCased(headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
}

// Node sends no body with these, so that its length must not be announced either.
function lengthOf(status: number, body: string): Readonly<Record<string, string>> {
  const bare = status === 204 || status === 304;
  return bare ? {} : { 'content-length': String(Buffer.byteLength(body)) };
}

/** Reads a body to its end; one that is larger than the limit is thrown away. */
function readBody(request: IncomingMessage, limit: number): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) chunks.push(chunk);
      else chunks.length = 0;
    });
    request.on('end', () => {
      resolve(size <= limit ? Buffer.concat(chunks).toString() : undefined);
    });
    request.on('error', reject);
  });
}
