import { SecretError, type SecretProvider, type SecretRef, seal } from '@secretkit/core/provider';
import { type SecretRow, type SecretTable, sealedCodec, sealedSecrets } from '@secretkit/sealed';
import { describe, expect, it, vi } from 'vitest';
import { fakeRedis } from '../../test/fake-redis.js';
import { memorySnapshots } from '../../test/memory-snapshots.js';
import { sharedCache } from '../shared-cache/index.js';
import { tokenLength } from '../shared-cache/scripts.js';
import { snapshot } from './index.js';

// Somebody can write to every store that holds sealed records, and has no key.

const start = 1_700_000_000_000;
const minute = 60_000;
const codecOf = (byte: number, id = 'k1') =>
  sealedCodec({ keys: [{ id, key: new Uint8Array(32).fill(byte) }], namespace: 'shop' });
const codec = codecOf(1);
const refs: readonly SecretRef[] = ['acct_1', 'acct_2'].flatMap((account) =>
  ['token', 'other'].map((name) => ({ name, scope: { account } })),
);
const principals = ['role/one', 'role/two'];

/** A place that has a record, and a way to read what is there now: the value, or nothing. */
interface Place {
  readonly id: string;
  record(): string;
  put(record: string): void;
  read(): Promise<string | undefined>;
}

const idOf = (kind: string, principal: string, { name, scope }: SecretRef) =>
  [kind, principal, scope?.account, name].join(' ');
const backend = (get: SecretProvider['get']): SecretProvider => ({ name: 'backend', get });
const down = backend(() => Promise.reject(new SecretError('unavailable', 'down.')));

async function revealed(work: Promise<{ reveal(): string } | undefined>): Promise<string | undefined> {
  try {
    return (await work)?.reveal();
  } catch {
    return undefined; // the failure of the backend, or of a record that does not open
  }
}

/**
 * @param now - The time of those who read.
 * @param reader - Their codec.
 */
async function everyPlace(
  seal1 = codec,
  now: () => number = () => start,
  reader = codec,
): Promise<readonly Place[]> {
  const places: Place[] = [];
  for (const principal of principals) {
    for (const ref of refs) {
      const store = memorySnapshots(() => start);
      const options = { store, codec: reader, principal, maxAgeMs: 60 * minute };
      const id = idOf('snapshot', principal, ref);
      const kept = snapshot({ ...options, codec: seal1, now: () => start })(backend(async () => seal(id)));
      await kept.get(ref, {});
      await kept[Symbol.asyncDispose]?.();
      const [[name, text] = ['', '']] = store.records;
      places.push({
        id,
        record: () => text,
        put: (record) => store.records.set(name, record),
        read: () => revealed(snapshot({ ...options, now })(down).get(ref, {})),
      });

      const redis = fakeRedis(() => start);
      const sharedId = idOf('shared', principal, ref);
      const layer = { client: redis.client(), principal, ttlMs: minute, staleIfErrorMs: 59 * minute };
      const sharing = sharedCache({ ...layer, codec: seal1, now: () => start });
      await sharing(backend(async () => seal(sharedId))).get(ref, {});
      const [[key, whole] = ['', '']] = redis.dump();
      places.push({
        id: sharedId,
        record: () => whole.slice(tokenLength),
        put: (record) => redis.set(key, whole.slice(0, tokenLength) + record),
        read: () =>
          revealed(sharedCache({ ...layer, codec: reader, now })(down).get(ref, { maxAttempts: 1 })),
      });
    }
  }
  for (const ref of refs) {
    const table = oneRow();
    const id = idOf('table', '', ref);
    await sealedSecrets({ table, codec: seal1 }).set(ref, seal(id), {});
    const row = table.row!;
    places.push({
      id,
      record: () => row.record,
      put: (record) => (table.row = { ...row, record }),
      read: () => revealed(sealedSecrets({ table, codec: reader }).get(ref, {})),
    });
  }
  return places;
}

/** A table that holds the row which was written last. */
function oneRow(): SecretTable & { row?: SecretRow } {
  return {
    name: 'one row',
    read(keys) {
      return Promise.resolve(keys.map(() => this.row));
    },
    write(row) {
      this.row = row;
      return Promise.resolve(true);
    },
    remove: () => Promise.resolve(true),
    page: () => Promise.resolve([]),
    versions: () => Promise.resolve([]),
  };
}

describe('somebody who writes to the stores', () => {
  it('opens no record in another place, of any use, principal, tenant or name', async () => {
    vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const places = await everyPlace();
    expect(places).toHaveLength(20);
    for (const place of places) expect(await place.read()).toBe(place.id); // the proof can fail
    let moved = 0;
    for (const place of places) {
      for (const other of places) {
        if (other === place) continue;
        place.put(other.record());
        expect([place.id, other.id, await place.read()]).toEqual([place.id, other.id, undefined]);
        moved += 1;
      }
      place.put(place.record());
      expect(await place.read()).toBe(place.id);
    }
    expect(moved).toBe(380);
  });

  it('opens no record that is changed, cut, composed of two, or sealed with a key of the same id', async () => {
    const places = (await everyPlace()).filter(
      ({ id }) => id.endsWith('acct_1 token') && !id.includes('two'),
    );
    const forged = (await everyPlace(codecOf(2))).filter(({ id }) => places.some((each) => each.id === id));
    for (const [at, place] of places.entries()) {
      const text = place.record();
      const [format, kid, salt, data = ''] = text.split('.');
      const [, , , otherData = ''] = places[(at + 1) % places.length]!.record().split('.');
      const otherSalt = forged[at]!.record().split('.')[2]; // records of one codec have one salt
      const changed = Array.from({ length: text.length }, (_, i) => {
        const letter = text[i] === 'A' ? 'B' : 'A';
        return text.slice(0, i) + letter + text.slice(i + 1);
      });
      const cut = [0, 1, 4, 30, 60].map((count) => text.slice(0, text.length - 1 - count));
      const composed = [
        [format, kid, otherSalt, data],
        [format, kid, salt, otherData],
        [format, kid, salt, data.slice(0, 16) + otherData.slice(16)],
        [format, kid, salt, otherData.slice(0, 16) + data.slice(16)],
        [format, kid, salt, data, data],
      ].map((parts) => parts.join('.'));
      for (const attempt of [...changed, ...cut, ...composed, `${text}A`, '', forged[at]!.record()]) {
        place.put(attempt);
        expect(attempt).not.toBe(text);
        expect([place.id, await place.read()]).toEqual([place.id, undefined]);
      }
      place.put(text);
      expect(await place.read()).toBe(place.id);
    }
  });

  it('puts a record back only within its age in a cache or a snapshot, and in a table until its key is retired', async () => {
    let nowMs = start;
    const places = await everyPlace(codec, () => nowMs);
    for (const [afterMs, isServed] of [
      [60 * minute - 1, true],
      [60 * minute, false],
      [-5_000, true], // the skew of two clocks
      [-5_001, false],
    ] as const) {
      nowMs = start + afterMs;
      for (const place of places) {
        place.put(place.record());
        const isTable = place.id.startsWith('table');
        expect([place.id, afterMs, await place.read()]).toEqual([
          place.id,
          afterMs,
          isServed || isTable ? place.id : undefined,
        ]);
      }
    }
    const other = codecOf(2, 'k2');
    const afterRetirement = await everyPlace(other, () => start, other);
    for (const [at, place] of afterRetirement.entries()) {
      expect(await place.read()).toBe(place.id);
      place.put(places[at]!.record());
      expect([place.id, await place.read()]).toEqual([place.id, undefined]);
    }
  });
});
