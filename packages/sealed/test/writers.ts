import { isSecretError, type SecretRef, seal } from '@secretkit/core/provider';
import { seededRandom } from '@secretkit/testing';
import type { SealedSecrets } from '../src/table/sealed-secrets.js';

/** What the writers did, and how often the table differs from the model. */
export interface WritersResult {
  readonly operations: number;
  /** Writes that were refused, since another writer was faster. */
  readonly conflicts: number;
  /** Increments that succeeded, and that the counters do not have. */
  readonly lost: number;
  /** Two writes over one version, a value of another secret or version, a write over a deleted version. */
  readonly wrong: number;
}

const counters = Array.from(
  { length: 12 },
  (_, at): SecretRef => ({ name: 'counter', scope: { account: `acct_${at}` } }),
);
const others = Array.from(
  { length: 12 },
  (_, at): SecretRef => ({ name: `other-${at % 4}`, scope: { user: `usr_${at % 3}` } }),
);

/**
 * Runs random operations by ten writers, and compares with a model. Counters are only incremented, by compare-and-set; the other
 * secrets are set, compared, deleted and read in any order.
 */
export async function runWriters(
  provider: SealedSecrets,
  { operations, seed }: { readonly operations: number; readonly seed: number },
): Promise<WritersResult> {
  const counts = { operations: 0, conflicts: 0, lost: 0, wrong: 0 };
  const increments = counters.map(() => 0);
  const valueOf = new Map<string, string>(); // by version: what was written there
  const replaced = new Set<string>(); // versions that a compare-and-set has replaced
  const wrong = (isWrong: boolean): void => void (counts.wrong += Number(isWrong));
  const idOf = ({ name, scope }: SecretRef): string => `${scope?.account} ${scope?.user} ${name}`;
  for (const ref of counters) await provider.set(ref, seal('0'), {});

  async function compareAndSet(
    ref: SecretRef,
    value: string,
    expected: string | undefined,
  ): Promise<boolean> {
    try {
      const { version } = await provider.compareAndSet(ref, seal(value), expected, {});
      valueOf.set(version, value);
      wrong(expected !== undefined && replaced.has(expected));
      if (expected !== undefined) replaced.add(expected);
      return true;
    } catch (error) {
      if (!isSecretError(error, 'conflict')) throw error;
      counts.conflicts += 1;
      return false;
    }
  }

  async function increment(at: number): Promise<void> {
    const ref = counters[at]!;
    const secret = await provider.get(ref, {});
    const isWritten = await compareAndSet(ref, String(Number(secret?.reveal()) + 1), secret?.version);
    if (isWritten) increments[at]! += 1;
  }

  async function change(ref: SecretRef, random: () => number, text: string): Promise<void> {
    const value = `${idOf(ref)} ${text}`;
    const kind = random();
    if (kind < 0.3) {
      const result = await provider.set(ref, seal(value), {});
      if (result?.version !== undefined) valueOf.set(result.version, value);
    } else if (kind < 0.6) {
      await compareAndSet(ref, value, (await provider.get(ref, {}))?.version);
    } else if (kind < 0.7) {
      await provider.delete(ref, {});
    } else if (kind < 0.85) {
      const secret = await provider.get(ref, {});
      wrong(secret !== undefined && !secret.reveal().startsWith(`${idOf(ref)} `));
    } else {
      const [, older] = await provider.listVersions(ref, {});
      if (!older) return;
      const secret = await provider.get({ ...ref, version: older.version }, {});
      const written = valueOf.get(older.version); // absent while its writer waits for the answer
      wrong(secret !== undefined && secret.version !== older.version);
      wrong(secret !== undefined && written !== undefined && secret.reveal() !== written);
    }
  }

  await Promise.all(
    Array.from({ length: 10 }, async (_, writer) => {
      const random = seededRandom(seed + writer);
      while (counts.operations < operations) {
        counts.operations += 1;
        const text = `${writer} ${counts.operations}`;
        if (random() < 0.5) await increment(Math.floor(random() * counters.length));
        else await change(others[Math.floor(random() * others.length)]!, random, text);
      }
    }),
  );

  for (const [at, ref] of counters.entries()) {
    counts.lost += Math.abs(Number((await provider.get(ref, {}))?.reveal()) - increments[at]!);
  }
  for (const ref of others) {
    const versions = await provider.listVersions(ref, {});
    wrong(versions.length > 10 || new Set(versions.map(({ version }) => version)).size < versions.length);
    for (const { version } of versions) {
      const secret = await provider.get({ ...ref, version }, {});
      wrong(secret?.reveal() !== valueOf.get(version));
    }
  }
  return counts;
}
