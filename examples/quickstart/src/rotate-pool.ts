import { setTimeout as sleep } from 'node:timers/promises';
import type { Secrets } from '@secretkit/core';
import { rotating } from '@secretkit/rotation';
import { names } from './names.js';
import { PretendDatabase } from './pretend-database.js';

/** Counts of a load on the pool while its password changes. */
export interface RotationCounts {
  readonly queries: number;
  readonly failed: number;
  readonly refusedLogins: number;
}

/** Stores a new value. */
export type Rotate = (name: string, value: string) => Promise<void>;

const workers = 10;

/** Queries the pretend database while its password changes: in the database first, and then in the store. */
export async function rotatePool(
  secrets: Secrets,
  rotate: Rotate,
  rotations: number,
): Promise<RotationCounts> {
  const database = new PretendDatabase((await secrets.require(names.database)).reveal());
  const rotation = rotating(secrets, names.database);
  const pool = await rotation.attach((url) => ({ connect: () => database.connect(url) }), {
    verify: ({ connect }) => connect(),
    close: () => undefined,
  });
  const counts = { queries: 0, failed: 0 };
  let rotated = false;

  async function query(): Promise<void> {
    counts.queries += 1;
    await pool
      .useConnection(
        ({ connect }) => connect(),
        (connection) => connection.query(),
      )
      .catch(() => {
        counts.failed += 1;
      });
  }

  async function work(): Promise<void> {
    while (!rotated) await query();
  }

  const load = Promise.all(Array.from({ length: workers }, work));
  for (let round = 1; round <= rotations; round += 1) {
    await sleep(50);
    const url = `postgres://app:not-a-real-password-${round}@db.example/app`;
    const refusedBefore = database.refusedLogins;
    database.changePassword(url);
    while (database.refusedLogins === refusedBefore) await sleep(1); // the store is late
    await rotate(names.database, url);
    await query();
  }
  rotated = true;
  await load;
  await rotation.close();
  return { ...counts, refusedLogins: database.refusedLogins };
}
