import { setTimeout as sleep } from 'node:timers/promises';
import { createSecrets } from '@secretkit/core';
import { memorySecrets } from '@secretkit/memory';
import { recommended } from '@secretkit/middleware/recommended';
import { startPostgres } from '../../../packages/rotation/test/postgres-server.js';
import { startService } from './service.js';
import { Timeline } from './timeline.js';

export interface Size {
  readonly rotations: number;
  readonly everyMs: number;
  /** How long after the server the store has the new password. */
  readonly lagMs: number;
}

/** What the load has counted. */
export interface Totals {
  readonly requests: number;
  readonly failed: number;
}

const clients = 8;
const slots = 30;
const count = (number: number): string => number.toLocaleString('en');

const columns = (cells: readonly string[]): string => cells.map((cell) => cell.padStart(10)).join('');

/** Runs a service on a PostgreSQL of its own, and rotates its password under load. Prints one line for each rotation. */
export async function rotateUnderLoad(
  print: (line: string) => void,
  { rotations, everyMs, lagMs }: Size,
): Promise<Totals> {
  const server = await startPostgres();
  const { host, port, database } = server;
  const valueOf = (password: string): string => JSON.stringify({ username: 'app', password });
  await server.sql(`create role app login password 'number-0'`);
  await server.sql('create table orders as select generate_series(1, 1000) as id');
  await server.sql('grant select on orders to app');

  const secrets = createSecrets(
    recommended()(memorySecrets({ initial: { 'prod/db': valueOf('number-0') } })),
  );
  const service = await startService(secrets, { host, port, database });

  let timeline = new Timeline(everyMs, slots);
  const totals = { requests: 0, failed: 0 };
  let slowestMs = 0;
  const ending = new AbortController();

  async function client(): Promise<void> {
    while (!ending.signal.aborted) {
      const startedAt = performance.now();
      const isFailure = await fetch(service.url).then(
        async (response) => !response.ok || (await response.text()) === '',
        () => true,
      );
      totals.requests += 1;
      if (isFailure) totals.failed += 1;
      timeline.answer(isFailure);
      slowestMs = Math.max(slowestMs, performance.now() - startedAt);
      await sleep(10);
    }
  }

  print(
    `${clients} clients ask an HTTP service over PostgreSQL. A higher bar is more answers, a gap none, ✗ a failure.`,
  );
  print(`┃ the password changes in the server, and ┊ ${lagMs} ms later in the store.`);
  print('');
  print(' '.repeat(slots + 15) + columns(['requests', 'failed', 'slowest', 'logins', 'refused']));
  const load = Promise.all(Array.from({ length: clients }, client));
  for (let round = 1; round <= rotations; round += 1) {
    timeline = new Timeline(everyMs, slots);
    slowestMs = 0;
    const before = { ...totals, refused: service.health().authFailures, opened: service.connections() };
    await sleep(everyMs / 4);
    timeline.mark('┃');
    await server.sql(`alter role app password 'number-${round}'`);
    await sleep(lagMs);
    timeline.mark('┊');
    await secrets.set('prod/db', valueOf(`number-${round}`));
    await sleep((everyMs * 3) / 4 - lagMs);
    const facts = [
      count(totals.requests - before.requests),
      count(totals.failed - before.failed),
      `${Math.round(slowestMs)} ms`,
      count(service.connections() - before.opened),
      count(service.health().authFailures - before.refused),
    ];
    print(`password ${String(round).padEnd(2)}  ${String(timeline).padEnd(slots + 2)}${columns(facts)}`);
  }
  ending.abort();
  await load;
  await service.close();
  await secrets.close();
  await server.stop();
  print('');
  print(`${count(totals.requests)} requests through ${rotations} rotations: ${totals.failed} failed.`);
  return totals;
}
