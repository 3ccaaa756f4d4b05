import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { attemptCounter } from './attempt-counter';
import type { SimulatedCall } from './call';
import { checkNumber } from './check-number';
import { Conditions } from './conditions';
import { Exchange, type Scene, type SimulatedAnswer } from './exchange';
import { faultPlan, type Faults } from './faults';
import { LedgerKeeper, type Ledger } from './ledger';
import { checkPace, type Pace } from './pace';
import { randomText } from './random';
import { findRoute } from './route';

/** Says what the simulated model answers; a promise holds the call until it resolves. */
export type AnswerFunction = (
  question: string,
  call: SimulatedCall,
) => string | SimulatedAnswer | PromiseLike<string | SimulatedAnswer>;

/** Options for {@link simulator}. */
export interface SimulatorOptions {
  /**
   * The answer to each call, or the function that gives it.
   *
   * @defaultValue a few sentences that mean nothing, chosen by the seed and the request
   */
  readonly answer?: string | SimulatedAnswer | AnswerFunction | undefined;
  /**
   * How fast answers come.
   *
   * @defaultValue as fast as possible
   */
  readonly pace?: Pace | undefined;
  /**
   * What goes wrong: rules, of which the first that applies strikes, or a function.
   *
   * @defaultValue nothing
   */
  readonly faults?: Faults | undefined;
  /**
   * Decides all chances: the same seed and the same requests give the same answers and
   * faults, also when they come in another order (but for rules that count `calls`).
   *
   * @defaultValue 1
   */
  readonly seed?: number | undefined;
  /**
   * The only key that is accepted.
   *
   * @defaultValue any key, or none
   */
  readonly apiKey?: string | undefined;
  /**
   * The port on 127.0.0.1.
   *
   * @defaultValue a free one
   */
  readonly port?: number | undefined;
  /**
   * The size of the largest request body; a larger one is refused with 413.
   *
   * @defaultValue 33554432
   */
  readonly maxBodyBytes?: number | undefined;
  /**
   * How many requests `ledger.calls` keeps.
   *
   * @defaultValue 1000
   */
  readonly history?: number | undefined;
}

/** A running simulator. */
export interface Simulator {
  /** Where it listens, for example `http://127.0.0.1:40123`. */
  readonly url: string;
  /** The `baseURL` for OpenAI clients. */
  readonly openai: string;
  /** The `baseURL` for Anthropic clients. */
  readonly anthropic: string;
  /** What it has seen so far. */
  readonly ledger: Ledger;
  /** How many connections are open, the idle ones included. */
  readonly openSockets: number;
  /**
   * Resolves as soon as a condition holds, which is tried now and after each change of the
   * ledger or of the open connections; rejects at `close()`.
   */
  until(condition: (simulator: Simulator) => boolean): Promise<void>;
  /**
   * Resolves when no call is open. A request that is still on its way is not known to the
   * server: where that matters, wait for it with `until`.
   */
  idle(): Promise<void>;
  /** Breaks off what is open, and resolves when nothing is left. */
  close(): Promise<void>;
}

const REMEMBERED_REQUESTS = 10_000;

/**
 * Starts a local server that answers as the OpenAI chat completions API and the Anthropic
 * messages API do, streamed and whole, without a model: at a given pace, with faults
 * where a test needs them, and with a ledger of what it saw.
 *
 * @param options - See {@link SimulatorOptions}.
 * @returns The server, once it listens on 127.0.0.1.
 *
 * @example
 * ```ts
 * const server = await simulator({
 *   answer: (question) => `You asked: ${question}`,
 *   faults: [{ kind: 'status', status: 429, headers: { 'retry-after': '0' }, calls: [1] }],
 * });
 * const ask = compose(
 *   openai({ model: 'gpt-5-mini', apiKey: 'any', baseURL: server.openai }),
 *   retryBackoff({ attempts: 2 }),
 * );
 * ask(prompt('Who are you?')).pipe(toAnswer()).subscribe({
 *   next: ({ text }) => console.log(text, server.ledger.totals),
 *   complete: () => void server.close(),
 * });
 * ```
 */
export async function simulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const scene = sceneOf(options);
  const { port = 0, history = 1000 } = options;
  checkNumber('history', history, { integer: true });
  const conditions = new Conditions();
  const ledger = new LedgerKeeper(history, () => {
    conditions.check();
  });
  /** The open connections, and the responses that each still owes. */
  const sockets = new Map<Socket, Set<ServerResponse>>();

  // No timer of the server's own: who stays how long is for the client to decide.
  const server = createServer({ keepAliveTimeout: 0, requestTimeout: 0 }, (request, response) => {
    const route = findRoute(request);
    const entry = ledger.open(route.protocol);
    const owed = sockets.get(request.socket)?.add(response);
    response.once('close', () => {
      owed?.delete(response);
      entry.settle(response.writableFinished);
    });
    void new Exchange(request, response, route, entry, scene).run();
  });
  server.on('connection', (socket: Socket) => {
    const owed = new Set<ServerResponse>();
    sockets.set(socket, owed);
    socket.once('close', () => {
      sockets.delete(socket);
      // Node says it to the response whose turn it is, not to pipelined ones that wait.
      for (const response of owed) if (!response.socket) response.emit('close');
      conditions.check();
    });
    conditions.check();
  });
  server.listen({ port, host: '127.0.0.1', backlog: 4096 });
  await once(server, 'listening');

  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  let closed: Promise<unknown> | undefined;
  const running: Simulator = {
    url,
    openai: `${url}/v1`,
    anthropic: url,
    ledger,
    get openSockets() {
      return sockets.size;
    },
    until: (condition) => conditions.until(() => condition(running)),
    idle: () => conditions.until(() => ledger.totals.open === 0),
    close: async () => {
      closed ??= once(server.close(), 'close');
      ledger.closing = true;
      for (const socket of sockets.keys()) socket.destroy();
      await closed;
      await conditions.until(() => sockets.size === 0 && ledger.totals.open === 0);
      ledger.close();
      conditions.close();
    },
  };
  return running;
}

function sceneOf(options: SimulatorOptions): Scene {
  const { answer, pace = {}, faults = [], seed = 1, apiKey, maxBodyBytes = 32 * 2 ** 20 } = options;
  checkPace(pace);
  checkNumber('seed', seed, { min: -Infinity });
  checkNumber('maxBodyBytes', maxBodyBytes);
  return {
    seed,
    apiKey,
    maxBodyBytes,
    pace,
    chooseFault: faultPlan(faults, seed),
    countAttempt: attemptCounter(REMEMBERED_REQUESTS),
    answer: async (call, random) => {
      const said = typeof answer === 'function' ? await answer(call.question, call) : answer;
      return typeof said === 'object' ? said : { text: said ?? randomText(random) };
    },
  };
}
