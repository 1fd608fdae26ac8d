import { setTimeout as sleep } from 'node:timers/promises';
import { type Counts, runLoad } from './load.js';
import { alternating, type Rotate, single, storeOutage, twice, wrongPassword } from './rotate.js';
import { openSite, type ProofServer, type Site } from './site.js';

/** The size of a run. */
export interface Size {
  readonly rotations: number;
  readonly everyMs: number;
  readonly workers: number;
  readonly thinkMs: number;
  readonly maxUses: number;
  readonly deadlineMs: number;
  /** Without new connections no login is refused: a busy machine rotates until each client of ours has opened so many. */
  readonly leastConnections: number;
  /** The lags of today's practice. */
  readonly practiceLagsMs: readonly number[];
}

/** One line of the table. */
export interface Row {
  readonly client: string;
  readonly case: string;
  readonly queries: number;
  readonly failed: number;
  /** Refused logins that reached a caller. */
  readonly refused: number;
  readonly 'slowest ms': number;
  readonly connections: number;
  readonly 'recovered ms': number | string;
}

/** A client under load. */
export interface Subject {
  query(): Promise<unknown>;
  connections(): number;
  /** Whether new connections have the credential that the store calls this; absent if nothing follows the store. */
  hasAccepted?(version: string | undefined): boolean;
  close(): Promise<void>;
}

export type Open = (site: Site, size: Size) => Promise<Subject>;

export interface Case {
  readonly client: string;
  readonly name: string;
  readonly open: Open;
  readonly rotate: Rotate;
  /** Called when the rotation has been accepted. */
  readonly after?: Rotate;
  /** Whether a query may fail: `practice` of today shows that the load finds failures, `killed` connections fail what is in flight. */
  readonly mayFail?: 'practice' | 'killed';
}

/** A client, and how it is opened. */
export interface Client {
  readonly client: string;
  readonly open: Open;
}

/** Returns the cases in which no query of a client may fail. */
export function casesOf({ client, open }: Client): readonly Case[] {
  return [
    ...(['server', 'store'] as const).flatMap((first) =>
      [0, 500].flatMap((lagMs) => [
        { client, open, name: `single user, ${first} first, lag ${lagMs} ms`, rotate: single(first, lagMs) },
        {
          client,
          open,
          name: `alternating, ${first} first, lag ${lagMs} ms`,
          rotate: alternating(first, lagMs),
        },
      ]),
    ),
    { client, open, name: 'a wrong password first', rotate: wrongPassword },
    { client, open, name: 'a rotation during a rotation', rotate: twice },
    { client, open, name: 'a store outage of 600 ms', rotate: storeOutage },
  ];
}

/** Returns the cases of what is usual today. */
export function practiceOf({ practiceLagsMs }: Size, clients: readonly Client[]): readonly Case[] {
  return practiceLagsMs.flatMap((lagMs) =>
    clients.flatMap(({ client, open }): Case[] => [
      {
        client,
        open,
        mayFail: 'practice',
        name: `single user, server first, lag ${lagMs} ms`,
        rotate: single('server', lagMs),
      },
      {
        client,
        open,
        mayFail: 'practice',
        name: `alternating, server first, lag ${lagMs} ms`,
        rotate: alternating('server', lagMs),
      },
    ]),
  );
}

function rowOf({ client, name }: Pick<Case, 'client' | 'name'>, counts: Counts, connections: number): Row {
  const { queries, failed, refused, slowestMs, recoveredMs } = counts;
  const rounded = { 'slowest ms': Math.round(slowestMs), connections };
  return {
    client,
    case: name,
    queries,
    failed,
    refused,
    ...rounded,
    'recovered ms': failed ? Math.round(recoveredMs) : '',
  };
}

async function runCase(server: ProofServer, size: Size, each: Case): Promise<Row> {
  const site = await openSite(server);
  const subject = await each.open(site, size);
  const ending = new AbortController();
  let settled = 0;
  const query = () => subject.query().finally(() => (settled += 1));
  const load = runLoad(query, { ...size, signal: ending.signal });
  const isEnough = (round: number): boolean =>
    round > size.rotations && (each.mayFail === 'practice' || subject.connections() >= size.leastConnections);
  for (let round = 1; !isEnough(round) && round <= 10 * size.rotations; round += 1) {
    await Promise.all([each.rotate(site, round), sleep(size.everyMs)]);
    const [version, before] = [await site.version(), settled];
    const isSlow = () => subject.hasAccepted?.(version) === false || settled < before + size.workers;
    for (const end = Date.now() + size.deadlineMs; isSlow() && Date.now() < end; ) await sleep(20);
    await each.after?.(site, round);
  }
  ending.abort();
  const counts = await load;
  await subject.close();
  return rowOf(each, counts, subject.connections());
}

/** Work in flight may fail, and no failure may be a refused login. */
async function restart(server: ProofServer, size: Size, { client, open }: Client): Promise<Row> {
  const site = await openSite(server);
  const subject = await open(site, size);
  const ending = new AbortController();
  const load = runLoad(subject.query, { ...size, signal: ending.signal });
  await sleep(size.everyMs);
  await Promise.all([server.restart(), site.put({ username: site.users[1], password: 'round-0' })]);
  await sleep(size.everyMs * 2);
  ending.abort();
  const counts = await load;
  await subject.close();
  return rowOf({ client, name: 'a restart of the server (alone)' }, counts, subject.connections());
}

/** Closes the rotation under load: each call settles in time, and nothing is left. */
async function closeUnderLoad(
  server: ProofServer,
  size: Size,
  { open }: Client,
): Promise<{ settledMs: number; left: number }> {
  const site = await openSite(server);
  const subject = await open(site, size);
  const ending = new AbortController();
  const load = runLoad(subject.query, { ...size, signal: ending.signal });
  await sleep(size.everyMs);
  const startedAt = performance.now();
  const closing = subject.close();
  ending.abort();
  await Promise.all([load, closing]);
  const settledMs = Math.round(performance.now() - startedAt);
  return { settledMs, left: await server.connections(site.users[0]) };
}

/** Runs every case, some at a time, and then a restart and a close under load for each client of ours. */
export async function runCases(
  server: ProofServer,
  size: Size,
  atOnce: number,
  cases: readonly Case[],
  clients: readonly Client[],
) {
  const rows: Row[] = [];
  for (let at = 0; at < cases.length; at += atOnce) {
    rows.push(
      ...(await Promise.all(cases.slice(at, at + atOnce).map((each) => runCase(server, size, each)))),
    );
  }
  const restarted: Row[] = [];
  const closed: { settledMs: number; left: number }[] = [];
  for (const client of clients) {
    restarted.push(await restart(server, size, client));
    closed.push(await closeUnderLoad(server, size, client));
  }
  const rowsOf = (mayFail: Case['mayFail']) => rows.filter((_, at) => cases[at]?.mayFail === mayFail);
  const [own, killed, practice] = [rowsOf(undefined), rowsOf('killed'), rowsOf('practice')];
  const least = Math.min(...[...own, ...killed].map(({ connections }) => connections)); // a practice that fails opens fewer
  const isVoid = least < size.leastConnections || practice.every(({ failed }) => failed === 0);
  const isExact =
    own.every(({ failed }) => failed === 0) &&
    [...killed, ...restarted].every(({ refused }) => refused === 0);
  const isClosed = closed.every(({ settledMs, left }) => settledMs < 5_000 && left === 0);
  return {
    rows: [...rows, ...restarted],
    own,
    killed,
    practice,
    restarted,
    closed,
    least,
    isVoid,
    passed: isExact && isClosed && !isVoid,
  };
}
