import { createSecrets } from '../../../core/src/index.js';
import { seededRandom } from '../../../testing/src/seeded-random.js';
import { type VaultSecretsOptions, vaultSecrets } from '../../src/index.js';
import type { LeaseBackend } from '../../src/leases/lease.js';
import { type LeasingDatabase, startLeasingDatabase } from '../leases/database.js';
import { pause, type Seen, startReaders } from './lease-readers.js';
import { readsOnce, renewsByInterval, type UsualClient } from './usual-clients.js';

/** The lengths of a run, in seconds. */
export interface ProofSize {
  readonly outages: { readonly seconds: number; readonly everySeconds: number; readonly downSeconds: number };
  readonly lease: number;
  readonly max: number;
  readonly readers: number;
  readonly pauseMs: number;
  readonly login: { readonly seconds: number; readonly maxSeconds: number };
  readonly database: { readonly lease: number; readonly downSeconds: number };
}

/** A row of the table. */
export interface ProofRow extends Seen {
  readonly client: string;
  readonly mints: number;
  readonly renewals: number;
}

export interface ProofResult {
  readonly rows: readonly ProofRow[];
  /** The outages, and the longest one in milliseconds. */
  readonly outages: readonly number[];
  /** The accounts that were left after `close`, and the time of `close` in milliseconds. */
  readonly left: number;
  readonly closedMs: number;
}

export async function proveOnOpenBao(size: ProofSize): Promise<ProofResult> {
  const db = await startLeasingDatabase();
  try {
    const { rows, outages, left, closedMs } = await underOutages(db, size);
    return { rows: [...rows, ...(await withoutOutages(db, size))], outages, left, closedMs };
  } finally {
    await db.close();
  }
}

/** A client of ours or of today, its readers, and what reached the server. */
interface Client {
  readonly name: string;
  readonly readers: ReturnType<typeof startReaders>;
  readonly counts: { mints: number; renewals: number };
  close(): Promise<void>;
}

async function underOutages(db: LeasingDatabase, { outages: plan, lease, max, readers, pauseMs }: ProofSize) {
  await db.addRole('app', { ttl: `${lease}s`, max: `${max}s` });
  await db.addRole('brief', { ttl: '2s', max: '6s' });
  const load = { count: readers, pauseMs };
  const few = { count: Math.ceil(readers / 10), pauseMs };
  const clients = [
    await ours(db, `secretkit, leases of ${lease} s`, 'app', load),
    await ours(db, 'secretkit, leases of 2 s', 'brief', { ...few, pauseMs: pauseMs / 4 }),
    await usual(db, 'reads once', 'app', few),
    await usual(db, 'renews by an interval', 'app', few),
  ];
  const outages: number[] = [];
  const interrupt = interruptions(db);
  const random = seededRandom(1);
  const startedAtMs = performance.now();
  const endsAtMs = startedAtMs + plan.seconds * 1_000;
  for (let at = 0; performance.now() + plan.everySeconds * 1_000 < endsAtMs; at += 1) {
    await pause(plan.everySeconds * 1_000 * (0.8 + 0.2 * random()) - (outages.at(-1) ?? 0));
    outages.push(await interrupt(plan.downSeconds * 1_000 * (0.7 + 0.3 * random()), at % 2 === 0));
    for (const { readers: each } of clients) each.recovered();
  }
  await pause(Math.max(2_000, endsAtMs - performance.now()));
  const rows = await Promise.all(clients.map(rowOf));
  const closingAtMs = performance.now();
  for (const client of clients) await client.close();
  let left = (await db.accounts()).length;
  for (; left > 0 && performance.now() - closingAtMs < 5_000; left = (await db.accounts()).length)
    await pause(50);
  const closedMs = Math.round(performance.now() - closingAtMs);
  return { rows, outages: outages.map(Math.round), left, closedMs };
}

/** Returns a function that seals or kills the server, and returns the milliseconds until it answers again: about as long as asked. */
function interruptions({ bao }: LeasingDatabase): (ms: number, isKill: boolean) => Promise<number> {
  const returnMs = { kill: 1_000, seal: 200 }; // how long it took the last time

  return async (ms, isKill) => {
    const startedAtMs = performance.now();
    await (isKill ? bao.kill() : bao.seal());
    await pause(startedAtMs + ms - returnMs[isKill ? 'kill' : 'seal'] - performance.now());
    const returningAtMs = performance.now();
    await (isKill ? bao.start() : bao.unseal());
    returnMs[isKill ? 'kill' : 'seal'] = performance.now() - returningAtMs;
    return performance.now() - startedAtMs;
  };
}

async function withoutOutages(db: LeasingDatabase, { login, database, readers, pauseMs }: ProofSize) {
  const few = { count: Math.ceil(readers / 10), pauseMs };
  await db.addRole('long', { ttl: '1h', max: '6h' });
  await db.addRole('interrupted', { ttl: `${database.lease}s`, max: '1h', isInterrupted: true });
  const token = { token_max_ttl: `${login.maxSeconds}s` };
  const clients = [
    await ours(db, `secretkit, logins of ${login.maxSeconds} s`, 'long', few, token),
    await ours(db, `secretkit, database down for ${database.downSeconds} s`, 'interrupted', few),
  ];
  const renewalMs = (database.lease * 2_000) / 3;
  await pause(renewalMs * 0.85); // a renewal is due at 0.9
  await db.interrupt(database.downSeconds * 1_000);
  await pause(
    Math.max(
      database.lease * 1_000 - renewalMs,
      login.seconds * 1_000 - renewalMs * 0.85 - database.downSeconds * 1_000,
    ),
  );
  const rows = await Promise.all(clients.map(rowOf));
  for (const client of clients) await client.close();
  return rows;
}

async function ours(
  db: LeasingDatabase,
  name: string,
  role: string,
  load: { readonly count: number; readonly pauseMs: number },
  token: Readonly<Record<string, unknown>> = {},
): Promise<Client> {
  const counts = { mints: 0, renewals: 0 };
  const counting: typeof fetch = async (input, init) => {
    const response = await fetch(input, init);
    const path = new URL(input instanceof Request ? input.url : input).pathname;
    if (response.ok && path.startsWith('/v1/database/creds/')) counts.mints += 1;
    if (response.ok && path === '/v1/sys/leases/renew') counts.renewals += 1;
    return response;
  };
  const options: VaultSecretsOptions = {
    address: db.bao.url,
    mount: 'kv',
    leases: ['database/creds'],
    auth: await db.addLogin(`proof-${role}`, token),
    fetch: counting,
  };
  const provider = vaultSecrets(options);
  const secrets = createSecrets(provider);
  const read = async (): Promise<string> => (await secrets.require(`database/creds/${role}`)).reveal();
  await read();
  const readers = startReaders(db, read, load);
  return { name, readers, counts, close: () => secrets.close() };
}

async function usual(
  db: LeasingDatabase,
  name: 'reads once' | 'renews by an interval',
  role: string,
  load: { readonly count: number; readonly pauseMs: number },
): Promise<Client> {
  const token = await db.makeToken({ policies: ['all'], no_parent: true, ttl: '1h' });
  const counts = { mints: 0, renewals: 0 };
  const path = `database/creds/${role}`;
  const backend: Pick<LeaseBackend, 'mint' | 'renew'> = {
    async mint() {
      const answer = await db.bao.ask({ path, token });
      const { lease_id: id, lease_duration: seconds, data } = answer as unknown as Answer;
      counts.mints += 1;
      return { id, value: JSON.stringify(data), durationMs: seconds * 1_000, renewable: true };
    },
    async renew(id, ms) {
      const body = { lease_id: id, increment: ms / 1_000 };
      const answer = await db.bao.ask({ method: 'PUT', path: 'sys/leases/renew', token, body });
      counts.renewals += 1;
      return { durationMs: (answer as unknown as Answer).lease_duration * 1_000 };
    },
  };
  const client: UsualClient =
    name === 'reads once'
      ? readsOnce(backend)
      : renewsByInterval(backend, path, (ms, run) => {
          const timer = setInterval(run, ms);
          return () => clearInterval(timer);
        });
  await client.read();
  const readers = startReaders(db, () => client.read(), load);
  return {
    name,
    readers,
    counts,
    async close() {
      client.stop();
      await db.bao.ask({ method: 'POST', path: 'auth/token/revoke', body: { token } });
    },
  };
}

/** The parts of an answer with a lease. */
interface Answer {
  readonly lease_id: string;
  readonly lease_duration: number;
  readonly data: object;
}

async function rowOf({ name, readers, counts }: Client): Promise<ProofRow> {
  const seen = await readers.stop();
  return { client: name, ...seen, recoveryMs: Math.round(seen.recoveryMs), ...counts };
}
