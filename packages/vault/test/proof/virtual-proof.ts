import { seededRandom } from '../../../testing/src/seeded-random.js';
import { leaseKeeper } from '../../src/leases/lease-keeper.js';
import { leaseServer } from '../leases/lease-server.js';
import { virtualClock } from '../leases/virtual-clock.js';
import { readsOnce, renewsByInterval } from './usual-clients.js';

const minute = 60_000;
const hour = 60 * minute;
const name = 'database/creds/app';

/** A row of the table. */
export interface VirtualRow {
  readonly client: string;
  readonly reads: number;
  readonly gaps: number;
  readonly mints: number;
  readonly renewals: number;
}

type Setup = (
  server: ReturnType<typeof leaseServer>,
  clock: ReturnType<typeof virtualClock>,
) => {
  read(): Promise<string | undefined>;
};

/** Runs 24 hours on a server with a clock: leases of an hour, at most six hours, a hundred readers, each once a minute. */
export async function proveVirtually(): Promise<readonly VirtualRow[]> {
  return [
    await run('secretkit', ({ backend }, clock) => {
      const keeper = leaseKeeper({ backend, clock, random: seededRandom(1) });
      return { read: async () => (await keeper.get({ name }, {}))?.reveal() };
    }),
    await run('reads once', ({ backend }) => readsOnce(backend)),
    await run('renews by an interval', ({ backend }, clock) =>
      renewsByInterval(backend, name, (ms, tick) => {
        let stop = (): void => undefined;
        const next = (): void => {
          stop = clock.timer(ms, () => {
            tick();
            next();
          });
        };
        next();
        return () => stop();
      }),
    ),
  ];
}

async function run(client: string, setUp: Setup): Promise<VirtualRow> {
  const clock = virtualClock();
  const server = leaseServer(clock, { leaseMs: hour, maxMs: 6 * hour });
  const { read } = setUp(server, clock);
  let [reads, gaps] = [0, 0];
  const one = async (): Promise<void> => {
    reads += 1;
    const credential = await read().catch(() => undefined);
    if (credential === undefined || !server.accepts(credential)) gaps += 1;
  };
  for (let at = 0; at < 24 * 60; at += 1) {
    const all = Promise.all(Array.from({ length: 100 }, one));
    await clock.advance(minute);
    await all;
  }
  const renewals = server.renewals.filter(({ isDone }) => isDone).length;
  return { client, reads, gaps, mints: server.mints.length, renewals };
}
