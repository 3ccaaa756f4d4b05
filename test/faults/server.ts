// The fault server, in its own process so that its work is not taken for the library's. It
// does to each request what the plan in its path says, and answers questions over IPC.
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { acts, connectActs } from './acts';
import { Exchange, headOf } from './exchange';
import { loris } from './loris';
import { planOf, type Plan } from './plan';
import { answerPaced } from './paced';

/** What the server knows, in answer to a question. */
export interface ServerState {
  /** Requests that are being answered. */
  readonly open: number;
  readonly sockets: number;
  readonly requests: number;
}

/** When a request came and how it was answered, in milliseconds since 1970. */
export interface LogEntry {
  readonly nonce: string;
  readonly at: number;
  readonly status: number;
  /** When the exchange was over. */
  end?: number;
}

export type Question =
  | { readonly id: number; readonly ask: 'state' }
  | { readonly id: number; readonly ask: 'log'; readonly prefix: string };

// Steady, and the same in all processes of this machine.
const now = (): number => performance.timeOrigin + performance.now();

const sockets = new Set<Socket>();
const logs = new Map<string, LogEntry[]>();
let open = 0;
let requests = 0;

function serve(socket: Socket): void {
  let received = '';
  const over = new AbortController();
  socket.once('close', () => over.abort());
  socket.on('data', (bytes) => {
    received += bytes.toString('latin1');
    const end = received.indexOf('\r\n\r\n');
    if (end === -1) return;
    const length = Number(/^content-length: (\d+)/im.exec(received.slice(0, end))?.[1] ?? 0);
    if (received.length < end + 4 + length) return;
    const plan = planOf(received);
    received = received.slice(end + 4 + length);
    void answer(socket, plan, over.signal);
  });
  // Told only now, so that a socket which was paused hears of what came before.
  socket.resume();
}

async function answer(socket: Socket, plan: Plan, signal: AbortSignal): Promise<void> {
  requests += 1;
  open += 1;
  const refusal = refusalOf(plan);
  const entry: LogEntry = {
    nonce: plan.nonce,
    at: now(),
    status: refusal?.status ?? 200,
  };
  note(plan, entry);
  try {
    const exchange = new Exchange(socket, plan, signal);
    if (refusal) refuse(exchange, refusal);
    else if (plan.loris !== undefined) await loris[plan.loris]!(exchange);
    else if (plan.fault !== undefined) await acts[plan.fault]!(exchange);
    else await answerPaced(exchange);
  } catch (error) {
    // What a leaving client broke off has not failed.
    if (!signal.aborted) throw error;
  } finally {
    open -= 1;
    entry.end = now();
  }
}

interface Refusal {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

function refusalOf({ log = '', ...plan }: Plan): Refusal | undefined {
  const { status, closedFor, closedUntil, capacity, headers = {}, body = '{}' } = plan;
  const entries = logs.get(log) ?? [];
  const time = now();
  const opens = closedFor === undefined ? closedUntil : (entries[0]?.at ?? time) + closedFor;
  if (opens !== undefined) {
    return time < opens ? { status: status ?? 429, headers, body } : undefined;
  }
  if (capacity !== undefined) {
    const running = entries.filter((entry) => entry.status === 200 && entry.end === undefined);
    return running.length < capacity ? undefined : { status: 429, headers, body };
  }
  return status === undefined ? undefined : { status, headers, body };
}

function refuse({ socket }: Exchange, { status, headers, body }: Refusal): void {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.write(headOf(status, `content-length: ${String(body.length)}`, ...lines) + body, 'latin1');
}

function note({ log }: Plan, entry: LogEntry): void {
  if (log === undefined) return;
  const entries = logs.get(log);
  if (entries) entries.push(entry);
  else logs.set(log, [entry]);
}

async function listen(server: Server): Promise<string> {
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) =>
    server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, resolve),
  );
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

const origins: Record<string, string> = { '': await listen(createServer(serve)) };
for (const [name, act] of Object.entries(connectActs)) {
  origins[name] = await listen(
    createServer({ pauseOnConnect: true }, (socket) => {
      void act(socket, () => serve(socket));
    }),
  );
}

process.on('message', (question: Question) => {
  const answer =
    question.ask === 'state'
      ? ({ open, sockets: sockets.size, requests } satisfies ServerState)
      : [...logs].filter(([name]) => name.startsWith(question.prefix));
  process.send?.({ id: question.id, answer });
});
process.on('disconnect', () => process.exit());
process.send?.({ origins });
