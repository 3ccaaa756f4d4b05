import { Client } from 'undici';
import { describe, expect, it, vi } from 'vitest';
import type { Connection } from '../../src/transport/connection';
import { OriginPool } from '../../src/transport/origin-pool';

/** A pool of clients that never connect; the test says when one has lost its connection. */
function poolOf(connections: number) {
  const clients: Client[] = [];
  const onEmpty = vi.fn();
  const create = () => {
    const client = new Client('http://localhost');
    clients.push(client);
    return { client, destroy: () => client.destroy() };
  };
  const pool = new OriginPool({ create, connections, onEmpty });
  const acquire = (): Connection => {
    let lent: Connection | undefined;
    pool.acquire({ use: (connection) => void (lent = connection) });
    return lent!;
  };
  const lose = (at: number): void =>
    void clients[at]!.emit(
      'disconnect',
      new URL('http://localhost'),
      [],
      new Error('lost') as never,
    );
  return { pool, clients, onEmpty, acquire, lose };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('OriginPool', () => {
  it('lends what was given back last', () => {
    const { clients, acquire } = poolOf(3);
    const [first, second] = [acquire(), acquire()];
    second.release();
    first.release();
    acquire();
    acquire();
    expect(clients).toHaveLength(2);
    acquire();
    expect(clients).toHaveLength(3);
  });

  it('takes a connection back once', async () => {
    const { clients, onEmpty, acquire } = poolOf(3);
    const connection = acquire();
    connection.release();
    connection.release();
    connection.discard();
    acquire();
    acquire();
    await settled();
    expect(clients).toHaveLength(2);
    expect(onEmpty).not.toHaveBeenCalled();
  });

  it('says once that it is empty', async () => {
    const { onEmpty, acquire } = poolOf(3);
    const connection = acquire();
    connection.discard();
    connection.discard();
    await settled();
    expect(onEmpty).toHaveBeenCalledOnce();
  });

  it('forgets an idle client that lost its connection, and no other one', async () => {
    const { clients, onEmpty, acquire, lose } = poolOf(2);
    const [first, second] = [acquire(), acquire()];
    first.release();
    lose(0);
    lose(1);
    await settled();
    expect(clients.map(({ destroyed }) => destroyed)).toEqual([true, false]);
    acquire();
    expect(clients).toHaveLength(3);
    second.release();
    expect(onEmpty).not.toHaveBeenCalled();
  });

  it('serves who waits when a client is gone for good', async () => {
    const { pool, clients, acquire } = poolOf(1);
    const first = acquire();
    const use = vi.fn();
    pool.acquire({ use });
    first.discard();
    expect(use).not.toHaveBeenCalled();
    await settled();
    expect(use).toHaveBeenCalledOnce();
    expect(clients).toHaveLength(2);
  });

  it('once closed keeps nothing that is given back, but serves who waits', async () => {
    const { pool, clients, onEmpty, acquire } = poolOf(1);
    const first = acquire();
    let second: Connection | undefined;
    pool.acquire({ use: (connection) => void (second = connection) });
    pool.close();
    first.release();
    expect(clients).toHaveLength(1);
    second!.release();
    await settled();
    expect(clients[0]!.destroyed).toBe(true);
    expect(onEmpty).toHaveBeenCalledOnce();
  });
});
