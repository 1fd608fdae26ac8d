import type { Subject } from './run-cases.js';

/** One connection under load. */
export interface Connection {
  send(name: string, ...args: readonly string[]): Promise<unknown>;
  close(): Promise<unknown>;
}

/** Uses `slots` connections at the same time. Each is replaced after `maxUses`: the old one is closed after its commands. */
export function renewedConnections(
  open: (onOpen: () => void) => Promise<Connection>,
  send: (connection: Connection) => Promise<unknown>,
  maxUses: number,
  slots = 10,
): Subject {
  let connections = 0;
  let turn = 0;
  const onOpen = (): void => void (connections += 1);
  const ignored = (connection: Promise<Connection>) =>
    connection.then((each) => each.close()).catch(() => undefined); // it was ended
  const opened = (): Promise<Connection> => {
    const connection = open(onOpen);
    connection.catch(() => undefined); // `query` rejects with it
    return connection;
  };
  const pool = Array.from({ length: slots }, () => ({ connection: opened(), uses: 0 }));
  return {
    async query() {
      turn += 1;
      const slot = pool[turn % slots];
      if (!slot) return;
      const { connection } = slot;
      if (slot.uses >= maxUses) {
        slot.uses = 0;
        slot.connection = opened();
        void ignored(connection);
      }
      slot.uses += 1;
      await send(await slot.connection);
    },
    connections: () => connections,
    async close() {
      await Promise.all(pool.map(({ connection }) => ignored(connection)));
    },
  };
}
