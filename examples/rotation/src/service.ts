import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SecretsReader } from '@secretkit/core';
import { type RotationHealth, rotating } from '@secretkit/rotation';
import { pgPool } from '@secretkit/rotation/pg';
import pg from 'pg';
import { z } from 'zod';

/** An HTTP service over PostgreSQL. */
export interface Service {
  readonly url: string;
  health(): RotationHealth;
  /** The connections that were opened so far. */
  connections(): number;
  close(): Promise<void>;
}

const json = z.string().transform((text) => JSON.parse(text) as unknown);
const schema = json.pipe(z.object({ username: z.string(), password: z.string() }));

/** Starts the service. Its pool has the password that the secret `prod/db` has, also after a rotation. */
export async function startService(secrets: SecretsReader, address: pg.PoolConfig): Promise<Service> {
  const rotation = rotating(secrets, 'prod/db', { schema });
  const pool = await pgPool(pg, rotation, { ...address, max: 8, maxUses: 20 }); // the real pool of pg
  let connections = 0;
  pool.on('connect', () => (connections += 1));

  const server = createServer((_, response) => {
    pool.query<{ orders: string }>('select count(*) as orders from orders').then(
      ({ rows }) => response.end(JSON.stringify(rows[0])),
      () => response.writeHead(500).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}/orders`,
    health: () => rotation.health(),
    connections: () => connections,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rotation.close();
    },
  };
}
