import { readFileSync } from 'node:fs';
import { expectNoLeak } from '@secretkit/conformance';
import { createSecrets } from '@secretkit/core';
import { isSecretError } from '@secretkit/core/provider';
import { describe, expect, it } from 'vitest';
import { fakeVault } from '../test/fake-vault.js';
import { type FaultRow, faultTable } from '../test/fault-table.js';
import { type VaultSecrets, vaultSecrets } from './vault-secrets.js';

const canary = 'CANARY-not-a-real-secret';

const operations: Readonly<
  Record<
    FaultRow['operation'],
    (provider: VaultSecrets & Required<Pick<VaultSecrets, 'list'>>) => Promise<unknown>
  >
> = {
  get: (provider) => createSecrets(provider).get('a'),
  getVersion: (provider) => createSecrets(provider).get({ name: 'a', version: '3' }),
  set: (provider) => createSecrets(provider).set('a', canary),
  compareAndSet: (provider) => createSecrets(provider).compareAndSet('a', canary, '1'),
  delete: (provider) => createSecrets(provider).delete('a'),
  list: async (provider) => (await provider.list({}, {})).refs,
  listVersions: (provider) => createSecrets(provider).listVersions('a'),
};

/** The first request that an operation cannot do without. */
function isConcerned(operation: FaultRow['operation'], method: string, path: string): boolean {
  if (path.startsWith('sys/')) return false;
  if (operation === 'compareAndSet') return method === 'POST';
  return true;
}

describe.each(faultTable)(
  '$operation: $answer ($status)',
  ({ operation, status, body, expected, retryable }) => {
    it(`is ${expected}, and shows nothing of the answer`, async () => {
      const vault = fakeVault(() => 0);
      const provider = vaultSecrets({
        address: 'https://vault.example',
        mount: 'kv',
        key: 'value',
        token: 'CANARY-given',
        kvVersion: 2,
        fetch: vault.fetch,
      });
      vault.answer = ({ method, path }) => {
        if (path.startsWith('sys/')) return [200, { data: { type: 'kv', options: { version: '2' } } }];
        return isConcerned(operation, method, path) ? [status, body] : undefined;
      };
      const outcome: unknown = await operations[operation](provider).catch((error: unknown) => error);
      if (expected === 'missing') expect(outcome ?? []).toEqual([]);
      else if (expected === 'done') expect(outcome).toBeUndefined();
      else {
        if (!isSecretError(outcome)) throw new Error('the operation must reject with a SecretError.');
        expect(outcome.code).toBe(expected);
        expect(outcome.message).toContain(`HTTP ${status}: `);
        if (retryable !== undefined) expect(outcome.retryable).toBe(retryable);
      }
      expectNoLeak([canary, 'CANARY-given'], outcome);
    });
  },
);

it('the table has no answer twice for one operation', () => {
  const keys = faultTable.map((row) => `${row.operation} ${row.status} ${row.answer}`);
  expect(keys.filter((each, at) => keys.indexOf(each) !== at)).toEqual([]);
});

it('the reference shows the table that the tests run', () => {
  const comment = readFileSync(new URL('./index.ts', import.meta.url), 'utf8').replaceAll(/^ \* ?/gm, '');
  const [table = ''] = /^\| answer [^]*?(?=\n\n)/m.exec(comment) ?? [];
  const cells = (line: string) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
  const rows = faultTable.map(({ status, answer, expected, retryable, seenOn }) => {
    const isCode = expected !== 'missing' && expected !== 'done';
    const result = `${isCode ? `\`${expected}\`` : expected}${retryable === false ? ', not retried' : ''}`;
    return [`${status}: ${answer}`, result, seenOn];
  });
  const unique = [...new Map(rows.map((row) => [row.join(), row])).values()];
  expect(table.split('\n').slice(2).map(cells)).toEqual(unique);
});
