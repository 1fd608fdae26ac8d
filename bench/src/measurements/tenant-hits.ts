import { createSecrets, type Secret, type SecretsReader } from '@secretkit/core';
import { memorySecrets } from '@secretkit/memory';
import { recommended } from '@secretkit/middleware/recommended';
import { type Ratio, ratio, type Workload } from '../measure/ratio.js';

/** The ways to read the secrets of one tenant after another. */
export type TenantRead =
  | 'getByRef'
  | 'scopedEachTime'
  | 'scopedByUser'
  | 'scopedKept'
  | 'peekByRef'
  | 'peekScoped'
  | 'batchScoped'
  | 'batchByRefs';

const tenants = 400;
const name = 'token';
const names = Array.from({ length: 10 }, (_, at) => `name-${at}`);
const byName = Object.fromEntries(names.map((each) => [each, each]));
const owners = Array.from({ length: tenants }, (_, at) => ({ account: `acct_${at}`, user: `usr_${at}` }));
let seen: unknown; // so that V8 does not remove the reads

/** Calls `read` for one tenant after another. */
function inTurn(read: (account: string, user: string, at: number) => unknown): Workload {
  let at = 0;
  return async (iterations) => {
    for (let i = 0; i < iterations; i += 1) {
      at = at + 1 === tenants ? 0 : at + 1;
      const owner = owners[at];
      if (owner) seen = await read(owner.account, owner.user, at);
    }
  };
}

/** The same without a promise. */
function inTurnNow(read: (account: string, user: string) => unknown): Workload {
  let at = 0;
  return async (iterations) => {
    for (let i = 0; i < iterations; i += 1) {
      at = at + 1 === tenants ? 0 : at + 1;
      const owner = owners[at];
      if (owner) seen = read(owner.account, owner.user);
    }
  };
}

/** Returns the cost of a hit, divided by that of a `Map` whose key is a template string. */
export async function measure(which: TenantRead): Promise<Ratio> {
  const all = owners.flatMap((scope) =>
    [name, ...names].map((each) => [{ name: each, scope }, 'value'] as const),
  );
  const { get } = memorySecrets({ initial: all });
  const client = createSecrets(recommended()({ name: 'store', get })); // without the memory of the store
  const kept: SecretsReader[] = owners.map((scope) => client.scoped(scope));

  const map = new Map<
    string,
    { readonly value: Promise<Secret>; readonly secret: Secret; readonly expiresAtMs: number }
  >();
  for (const [at, { account, user }] of owners.entries()) {
    for (const each of [name, ...names]) {
      const value = kept[at]?.require(each) ?? Promise.reject(new Error('no client.'));
      const expiresAtMs = Date.now() + 1e9;
      map.set(`${account}/${user}/${each}`, { value, secret: await value, expiresAtMs });
    }
  }
  const fromMap = (account: string, user: string, each: string): Promise<Secret> | undefined => {
    const entry = map.get(`${account}/${user}/${each}`);
    return entry && Date.now() < entry.expiresAtMs ? entry.value : undefined;
  };
  const oneOfMap = inTurn((account, user) => fromMap(account, user, name));
  const peekOfMap = inTurnNow((account, user) => {
    const entry = map.get(`${account}/${user}/${name}`);
    return entry && Date.now() < entry.expiresAtMs ? entry.secret : undefined;
  });
  const batchOfMap = inTurn(async (account, user) => {
    const found: Record<string, Secret | undefined> = {};
    for (const each of names) found[each] = await fromMap(account, user, each);
    return found;
  });

  const pairs: Readonly<Record<TenantRead, readonly [Workload, Workload]>> = {
    getByRef: [inTurn((account, user) => client.get({ name, scope: { account, user } })), oneOfMap],
    scopedEachTime: [inTurn((account, user) => client.scoped({ account, user }).get(name)), oneOfMap],
    scopedByUser: [
      inTurn((account, user) => client.scoped({ account }).scoped({ user }).get(name)),
      oneOfMap,
    ],
    scopedKept: [inTurn((_account, _user, at) => kept[at]?.get(name)), oneOfMap],
    peekByRef: [inTurnNow((account, user) => client.peek({ name, scope: { account, user } })), peekOfMap],
    peekScoped: [inTurnNow((account, user) => client.scoped({ account, user }).peek(name)), peekOfMap],
    batchScoped: [inTurn((account, user) => client.scoped({ account, user }).getMany(byName)), batchOfMap],
    batchByRefs: [
      inTurn((account, user) => {
        const scope = { account, user };
        return client.getMany(Object.fromEntries(names.map((each) => [each, { name: each, scope }])));
      }),
      batchOfMap,
    ],
  };
  for (const workload of pairs[which]) {
    await workload(2 * tenants); // every tenant has been read
    if (seen === undefined) throw new Error(`${which}: a read returned nothing.`);
  }
  return ratio(...pairs[which]);
}
