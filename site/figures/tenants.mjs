import { createSecrets } from '@secretkit/core';
import { recommended } from '@secretkit/middleware/recommended';
import { fakeSecrets, seededRandom } from '@secretkit/testing';

const accounts = Array.from({ length: 1_000 }, (_, at) => `acct_${at}`);
const reads = 20_000;

/** Counts the reads that return the value of another tenant. All tenants read a secret of one name through one cache. */
export async function tenants() {
  const initial = accounts.map((account) => [{ name: 'token', scope: { account } }, `of ${account}`]);
  const { provider } = fakeSecrets({ initial });
  const store = createSecrets(provider);
  const secrets = createSecrets(recommended()(provider));
  const byName = new Map();
  const readers = {
    secretkit: (account) => secrets.scoped({ account }).require('token'),
    'a cache by name': async (account) => {
      const kept = byName.get('token') ?? (await store.require({ name: 'token', scope: { account } }));
      byName.set('token', kept);
      return kept;
    },
  };
  return Promise.all(
    Object.entries(readers).map(async ([name, read]) => {
      const random = seededRandom(1);
      let failed = 0;
      for (let at = 0; at < reads; at += accounts.length) {
        const group = accounts.map(() => accounts[Math.floor(random() * accounts.length)]);
        const values = await Promise.all(group.map(read));
        failed += values.filter((value, index) => value.reveal() !== `of ${group[index]}`).length;
      }
      return { name, failed, total: reads };
    }),
  );
}
