import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { SecretError, seal } from '@secretkit/core/provider';
import { sealedCodec } from '../../src/sealed-codec.js';
import { sealedSecrets } from '../../src/table/sealed-secrets.js';
import type { SecretTable } from '../../src/table/secret-table.js';
import { memoryTable } from '../memory-table.js';

/** How many runs of `reseal` ended early, and how many records were lost by it. */
export interface Killed {
  readonly kills: number;
  readonly records: number;
  readonly lost: number;
  /** Records that the next run did not seal with the first key. */
  readonly left: number;
}

const names = Array.from({ length: 6 }, (_, at) => `secret-${at}`);
const [oldKey, newKey] = ['old', 'new'].map((id, at) => ({ id, key: new Uint8Array(32).fill(at + 1) })) as [
  Key,
  Key,
];
const namespace = 'killed';

interface Key {
  readonly id: string;
  readonly key: Uint8Array;
}

/** Returns the provider of a process that seals with the new key and still opens the old one. */
export function changingKeys(table: SecretTable) {
  return sealedSecrets({ table, codec: sealedCodec({ keys: [newKey, oldKey], namespace }) });
}

export async function fillWithOldKey(table: SecretTable): Promise<void> {
  const provider = sealedSecrets({ table, codec: sealedCodec({ keys: [oldKey], namespace }) });
  for (const name of names) {
    for (const round of [1, 2, 3]) await provider.set({ name }, seal(`${name} ${round}`), {});
  }
}

/** Returns how many records do not have their value. */
async function lostIn(provider: ReturnType<typeof changingKeys>): Promise<number> {
  let lost = 0;
  for (const name of names) {
    const versions = await provider.listVersions({ name }, {});
    lost += 3 - versions.length;
    for (const [at, { version }] of versions.entries()) {
      const secret = await provider.get({ name, version }, {}).catch(() => undefined);
      if (secret?.reveal() !== `${name} ${3 - at}`) lost += 1;
    }
  }
  return lost;
}

/** Ends a run at each of its calls, before and after the call is applied, with a table in memory. */
export async function killAtEveryCall(): Promise<Killed> {
  const sum = { kills: 0, records: 0, lost: 0, left: 0 };
  for (const isApplied of [false, true]) {
    for (let call = 1; ; call += 1) {
      const table = memoryTable();
      await fillWithOldKey(table);
      let calls = 0;
      const dying = mapCalls(table, async (run) => {
        calls += 1;
        if (calls === call && isApplied) await run();
        if (calls >= call) throw new SecretError('unavailable', 'the process is dead.');
        return run();
      });
      const isDone = await changingKeys(dying)
        .reseal()
        .then(
          () => true,
          () => false,
        );
      if (isDone) break;
      sum.kills += 1;
      await count(table, sum);
    }
  }
  return sum;
}

/** Adds the records that are lost, and those that a second run leaves. */
export async function count(
  table: SecretTable,
  sum: { records: number; lost: number; left: number },
): Promise<void> {
  const provider = changingKeys(table);
  sum.records += 3 * names.length;
  sum.lost += await lostIn(provider);
  await provider.reseal();
  sum.lost += await lostIn(sealedSecrets({ table, codec: sealedCodec({ keys: [newKey], namespace }) }));
  sum.left += (await provider.keysInUse()).get(oldKey.id) ?? 0;
}

/** Kills a process that seals records again, with SIGKILL, after it has sent some calls to the database. */
export async function killProcess(options: object, afterCalls: number): Promise<boolean> {
  const child = fork(fileURLToPath(new URL('resealing-process.ts', import.meta.url)), [], {
    execArgv: ['--import', 'tsx'],
    stdio: 'inherit',
  });
  const exited = once(child, 'exit');
  child.on('message', (calls) => {
    if (calls === afterCalls) child.kill('SIGKILL');
  });
  child.send(options);
  const [, signal] = (await exited) as [number | null, string | null];
  return signal === 'SIGKILL';
}

/** Returns a table that makes each call by `around`. */
export function mapCalls(table: SecretTable, around: <T>(run: () => Promise<T>) => Promise<T>): SecretTable {
  return {
    name: table.name,
    read: (...args) => around(() => table.read(...args)),
    write: (...args) => around(() => table.write(...args)),
    remove: (...args) => around(() => table.remove(...args)),
    page: (...args) => around(() => table.page(...args)),
    versions: (...args) => around(() => table.versions(...args)),
  };
}
