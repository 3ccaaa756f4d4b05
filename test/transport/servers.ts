import { createServer as createHttpServer, type RequestListener } from 'node:http';
import {
  createServer as createRawServer,
  type AddressInfo,
  type Server,
  type Socket,
} from 'node:net';
import { onTestFinished } from 'vitest';

/** A server on this machine that keeps count, for one test. */
export interface TestServer {
  readonly url: string;
  /** How many connections were ever made. */
  readonly connections: number;
  /** How many of them are open. */
  readonly open: number;
  /** How many requests have come in whole. */
  readonly requests: number;
  /** Resolves as soon as a count is as expected. */
  until(expected: (server: TestServer) => boolean): Promise<void>;
}

/** Answers what comes over a socket, byte by byte if it must be. */
export type RawListener = (socket: Socket, request: string) => void;

/** A server that writes whatever it likes. */
export async function rawServer(listener: RawListener): Promise<TestServer> {
  const server = createRawServer((socket) => {
    let received = '';
    socket.on('data', (bytes) => {
      received += bytes.toString('latin1');
      const [head = '', ...rest] = received.split('\r\n\r\n');
      const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0);
      if (rest.length === 0 || rest.join('\r\n\r\n').length < length) return;
      const request = received;
      received = '';
      server.emit('whole-request');
      listener(socket, request);
    });
  });
  return watch(server);
}

/** An HTTP server as Node makes it. */
export async function httpServer(listener: RequestListener): Promise<TestServer> {
  const server = createHttpServer((request, response) => {
    request.resume().on('end', () => {
      server.emit('whole-request');
      listener(request, response);
    });
  });
  // Keeps idle connections, and doesn't tell clients for how long.
  server.keepAliveTimeout = 0;
  return watch(server);
}

/** A port that nobody listens on. */
export async function closedPort(): Promise<string> {
  const server = createRawServer();
  const url = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return url;
}

async function watch(server: Server): Promise<TestServer> {
  const sockets = new Set<Socket>();
  const waiting = new Set<() => void>();
  let connections = 0;
  let requests = 0;
  const changed = (): void => {
    for (const check of [...waiting]) check();
  };
  server.on('whole-request', () => {
    requests += 1;
    changed();
  });
  server.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      sockets.delete(socket);
      changed();
    });
    changed();
  });
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const url = await listen(server);
  const watched: TestServer = {
    url,
    get connections() {
      return connections;
    },
    get open() {
      return sockets.size;
    },
    get requests() {
      return requests;
    },
    until(expected) {
      return new Promise<void>((resolve) => {
        const check = (): void => {
          if (!expected(watched)) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      });
    },
  };
  return watched;
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}
