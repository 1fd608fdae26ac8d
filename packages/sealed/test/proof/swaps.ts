import { type Secret, seal } from '@secretkit/core/provider';
import type { RecordContext } from '../../src/associated-data.js';
import type { Cipher } from '../../src/cipher.js';
import { encodeFields } from '../../src/encode-fields.js';
import { nodeCipher } from '../../src/node-cipher.js';
import { createCodec, type SealedCodec } from '../../src/sealed-codec.js';
import { sealedSecrets } from '../../src/table/sealed-secrets.js';
import { idOf, memoryTable } from '../memory-table.js';

/** A record, and where it was sealed. */
interface Sealed {
  readonly place: Place;
  readonly record: string;
}

/** Everything that a record is bound to. */
interface Place {
  readonly use: string;
  readonly namespace: string;
  readonly account: string | undefined;
  readonly user: string | undefined;
  readonly name: string;
  readonly version: string;
  readonly principal: string | undefined;
  readonly keyId: string;
}

/** How many records opened where they were sealed, and elsewhere. */
export interface Swaps {
  readonly untouched: number;
  readonly opened: number;
  readonly swapped: number;
  readonly openedElsewhere: number;
}

/** The fields of the associated data, in its order. */
const fields = [
  'format',
  'use',
  'namespace',
  'account',
  'user',
  'name',
  'version',
  'principal',
  'keyId',
] as const;

/** The fields that a swap can change. */
export const swappable = fields.filter((field) => field !== 'format') as readonly (keyof Place)[];

const base: Place = {
  use: 'table',
  namespace: 'shop/production',
  account: 'acct_1',
  user: 'usr_1',
  name: 'token',
  version: 'v1',
  principal: undefined,
  keyId: 'k1',
};
const others: { readonly [F in keyof Place]: readonly Place[F][] } = {
  use: ['shared-cache', 'snapshot'],
  namespace: ['shop/staging', 'shop'],
  account: [undefined, 'acct_2', 'acct_1usr_1'],
  user: [undefined, 'usr_2', 'acct_1'],
  name: ['TOKEN', 'token ', 'to\u0301ken', 'usr_1'],
  version: ['v2', 'v10'],
  principal: ['role-1', 'role-2'],
  keyId: ['k2', 'k3'],
};

// One key under two ids: only the id in the associated data and in the derived key separates their records.
const keyOf: Readonly<Record<string, Uint8Array>> = {
  k1: new Uint8Array(32).fill(1),
  k2: new Uint8Array(32).fill(1),
  k3: new Uint8Array(32).fill(3),
};

/** Returns a record of each place: the usual one, each that differs in one field, and pairs with two fields exchanged. */
function places(): readonly Place[] {
  const single = swappable.flatMap((field) => others[field].map((value) => ({ ...base, [field]: value })));
  const shifted: Place[] = [
    { ...base, account: 'usr_1', user: 'acct_1' },
    { ...base, account: 'acct_1', user: undefined, name: 'usr_1token' },
    { ...base, account: undefined, user: 'acct_1', name: 'usr_1' },
    { ...base, name: 'v1', version: 'token' },
  ];
  return [base, ...single, ...shifted];
}

function codecOf({ namespace, keyId }: Pick<Place, 'namespace' | 'keyId'>, cipher: Cipher): SealedCodec {
  const ids = [keyId, ...Object.keys(keyOf).filter((id) => id !== keyId)];
  return createCodec({ keys: ids.map((id) => ({ id, key: keyOf[id]! })), namespace }, cipher);
}

function contextOf({ use, account, user, name, version, principal }: Place): RecordContext {
  const scope = { ...(account !== undefined && { account }), ...(user !== undefined && { user }) };
  return { use, ref: { name, scope, version }, ...(principal !== undefined && { principal }) };
}

/** Opens every record at every place. @param leftOut - A field that the records are not bound to, which must let its swaps through. */
export async function swapRecords(leftOut?: keyof Place): Promise<Swaps> {
  const cipher = leftOut === undefined ? nodeCipher()! : without(leftOut, nodeCipher()!);
  const sealed = await Promise.all(
    places().map(async (place, at): Promise<Sealed> => {
      const content = { secret: seal(`CANARY-${at}`), fetchedAt: new Date(0) };
      return { place, record: await codecOf(place, cipher).seal(contextOf(place), content) };
    }),
  );
  const swaps = { untouched: 0, opened: 0, swapped: 0, openedElsewhere: 0 };
  for (const { place, record } of sealed) {
    const result = await codecOf(place, cipher).open(contextOf(place), record);
    swaps.untouched += 1;
    swaps.opened += Number(result.opened);
    for (const target of places()) {
      const difference = swappable.filter((field) => target[field] !== place[field]);
      if (
        difference.length === 0 ||
        (leftOut !== undefined && !(difference.length === 1 && difference[0] === leftOut))
      ) {
        continue; // with a field left out, only the swaps that change this field alone count
      }
      // A writer of the table can also write another key id into a record.
      const moved = record.replace(`.${place.keyId}.`, `.${target.keyId}.`);
      const elsewhere = await codecOf(target, cipher).open(contextOf(target), moved);
      swaps.swapped += 1;
      swaps.openedElsewhere += Number(elsewhere.opened);
    }
  }
  return swaps;
}

/** Returns a cipher that does not bind to one field, neither by the associated data nor by the derived key. */
function without(field: keyof Place, cipher: Cipher): Cipher {
  const strip = (bytes: Uint8Array, names: readonly string[]): Uint8Array => {
    const texts = decodeFields(bytes);
    return encodeFields(texts.map((text, at) => (names[at] === field ? undefined : text)));
  };
  return {
    ...cipher,
    derive: (key, salt, info) => cipher.derive(key, salt, strip(info, ['format', 'use', 'keyId'])),
    encrypt: (key, nonce, text, bound) => cipher.encrypt(key, nonce, text, strip(bound, fields)),
    decrypt: (key, nonce, text, bound) => cipher.decrypt(key, nonce, text, strip(bound, fields)),
  };
}

function decodeFields(bytes: Uint8Array): readonly (string | undefined)[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const texts: (string | undefined)[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = view.getUint32(at);
    at += 4;
    const isAbsent = length === 0xffff_ffff;
    texts.push(isAbsent ? undefined : new TextDecoder().decode(bytes.subarray(at, at + length)));
    at += isAbsent ? 0 : length;
  }
  return texts;
}

/** Writes every record of a table into every other row and version of it, and reads through the provider. */
export async function swapRows(): Promise<Swaps> {
  const table = memoryTable();
  const codec = codecOf(base, nodeCipher()!);
  const provider = sealedSecrets({ table, codec });
  const refs = [undefined, 'acct_1', 'acct_2'].flatMap((account) =>
    [undefined, 'usr_1'].flatMap((user) =>
      ['token', 'TOKEN'].map((name) => ({
        name,
        scope: { ...(account !== undefined && { account }), ...(user !== undefined && { user }) },
      })),
    ),
  );
  for (const [at, ref] of refs.entries()) {
    for (const round of [1, 2]) await provider.set(ref, seal(`CANARY-${at}-${round}`), {});
  }
  const read = async (ref: { name: string }, version: string): Promise<Secret | undefined> =>
    (await provider.get({ ...ref, version }, {}).catch(() => undefined)) ?? undefined;
  const swaps = { untouched: 0, opened: 0, swapped: 0, openedElsewhere: 0 };
  const records = [...table.rows.values()].flat().map(({ record }) => record);
  for (const ref of refs) {
    const { account = '', user = '' } = ref.scope;
    const rows = table.rows.get(idOf({ account, user, name: ref.name }))!;
    for (const [at, row] of rows.entries()) {
      for (const record of records) {
        rows[at] = { ...row, record };
        const isOpened = (await read(ref, row.version)) !== undefined;
        const isOwn = record === row.record;
        swaps[isOwn ? 'untouched' : 'swapped'] += 1;
        swaps[isOwn ? 'opened' : 'openedElsewhere'] += Number(isOpened);
      }
      rows[at] = row;
    }
  }
  return swaps;
}
