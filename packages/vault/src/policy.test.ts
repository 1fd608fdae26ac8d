import { readFileSync } from 'node:fs';
import { createSecrets } from '@secretkit/core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { hasDatabase, type LeasingDatabase, startLeasingDatabase } from '../test/leases/database.js';
import type { VaultSecretsOptions } from './vault-options.js';
import { vaultSecrets } from './vault-secrets.js';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const [, policy = ''] = /^```hcl\n([^]*?)^```/m.exec(readme) ?? [];
const account = 'database/creds/app';

describe.skipIf(!hasDatabase)('the policy of the README', () => {
  let db: LeasingDatabase;
  beforeAll(async () => {
    db = await startLeasingDatabase();
    await db.addRole('app', { ttl: '3s', max: '1h' });
    await db.bao.ask({
      method: 'POST',
      path: 'sys/mounts/secret',
      body: { type: 'kv', options: { version: '2' } },
    });
    await db.bao.ask({ method: 'POST', path: 'sys/policies/acl/app', body: { policy } });
    await db.bao.ask({ method: 'POST', path: 'secret/data/other', body: { data: { a: 'b' } } });
  }, 180_000);
  afterAll(() => db?.close());

  function open(options: Partial<VaultSecretsOptions>) {
    const given = { address: db.bao.url, mount: 'secret', prefix: 'app/', leases: ['database/creds'] };
    return createSecrets(vaultSecrets({ ...given, ...options }));
  }

  it('has what the key-values need, and no more', async () => {
    const token = await db.makeToken({ policies: ['app'], no_default_policy: true });
    const secrets = open({ token });
    const { version } = await secrets.set('a/b', '{"c":"d"}');
    await secrets.compareAndSet('a/b', '{"c":"e"}', version);
    expect((await secrets.require({ name: 'a/b', field: 'c' })).reveal()).toBe('e');
    expect((await secrets.listVersions('a/b')).map((each) => each.version)).toEqual(['2', '1']);
    const names: string[] = [];
    for await (const { name } of secrets.list()) names.push(name);
    expect(names).toEqual(['a/b']);
    await secrets.delete('a/b');
    expect(await secrets.get('a/b')).toBeUndefined();
    await open({ token, delete: 'all' }).delete('a/b');
    await expect(open({ token, prefix: '' }).get('other')).rejects.toMatchObject({
      code: 'permission_denied',
    });
  });

  it.each([
    [
      'a login',
      async () => ({
        auth: await db.addLogin('policy', {
          token_policies: ['app'],
          token_no_default_policy: true,
          token_ttl: '4s',
          token_max_ttl: '1h',
        }),
      }),
    ],
    [
      'a given token',
      async () => ({ token: await db.makeToken({ policies: ['app'], no_default_policy: true }) }),
    ],
  ])(
    'has what accounts need: to renew them, and to revoke them at the close, with %s',
    async (_, options) => {
      const secrets = open(await options());
      const first = await secrets.require(account);
      await vi.waitFor(
        async () => {
          const { expiresAt, version } = await secrets.require(account);
          expect(version).toBe(first.version);
          expect(Number(expiresAt)).toBeGreaterThan(Number(first.expiresAt) + 2_000);
        },
        { timeout: 30_000, interval: 200 },
      );
      await secrets.close(); // it rejects if the server refuses to revoke
      await vi.waitFor(async () => expect(await db.accounts()).toEqual([]), { timeout: 30_000 });
    },
  );
});
