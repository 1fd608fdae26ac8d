import { createSecrets } from '@secretkit/core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { hasDatabase, type LeasingDatabase, startLeasingDatabase } from '../../test/leases/database.js';
import type { VaultSecretsOptions } from '../vault-options.js';
import { vaultSecrets } from '../vault-secrets.js';

const ref = { name: 'database/creds/app' };

describe.skipIf(!hasDatabase)('leases on OpenBao with PostgreSQL', () => {
  let db: LeasingDatabase;
  beforeAll(async () => {
    db = await startLeasingDatabase();
    await db.addRole('app', { ttl: '1h', max: '6h' });
    await db.addRole('short', { ttl: '12s', max: '1h' });
  }, 180_000);
  afterAll(() => db?.close());

  function open(options: Partial<VaultSecretsOptions>) {
    return vaultSecrets({
      address: db.bao.url,
      mount: 'kv',
      kvVersion: 2,
      leases: ['database/creds', 'database/static-creds'],
      ...options,
    });
  }

  it('a hundred readers get one account, which PostgreSQL accepts, with the dates of its lease', async () => {
    const provider = open({ auth: await db.addLogin('readers') });
    const secrets = createSecrets(provider);
    const reads = await Promise.all(Array.from({ length: 100 }, () => secrets.require('database/creds/app')));
    expect(new Set(reads.map((secret) => secret.reveal())).size).toBe(1);
    const [secret] = reads;
    expect(await db.connect(secret?.reveal() ?? '')).toBe('accepted');
    const lifeMs = Number(secret?.expiresAt) - Number(secret?.createdAt);
    expect(Math.round(lifeMs / 1_000)).toBe(3_600);
    expect(Number(secret?.refreshAt)).toBeLessThanOrEqual(Number(secret?.createdAt) + 2_400_000);
    const { username } = JSON.parse(secret?.reveal() ?? '') as { username: string };
    expect((await secrets.require({ name: ref.name, field: 'username' })).reveal()).toBe(username);
    expect(await db.accounts()).toEqual([username]);
    await secrets.close();
    await noAccounts(); // they end with the login that made them, a moment later
  });

  it('nothing but a read makes an account', async () => {
    const secrets = createSecrets(open({ auth: await db.addLogin('lookers') }));
    secrets.explain(ref);
    secrets.health({ required: [ref] });
    const listed: unknown[] = [];
    for await (const each of secrets.list()) listed.push(each);
    expect(listed).toEqual([]);
    expect(await secrets.get('database/creds/none')).toBeUndefined();
    await expect(secrets.set(ref, 'CANARY')).rejects.toMatchObject({ code: 'unsupported' });
    await expect(secrets.delete(ref)).rejects.toMatchObject({ code: 'unsupported' });
    await expect(secrets.get('database/creds/../config/postgres')).rejects.toMatchObject({
      code: 'invalid_argument',
    });
    expect(await db.accounts()).toEqual([]);
    await secrets.close();
  });

  async function noAccounts(): Promise<void> {
    await vi.waitFor(async () => expect(await db.accounts()).toEqual([]), { timeout: 30_000 });
  }

  it('a given token revokes each lease when it is closed', async () => {
    const token = await db.makeToken({ policies: ['all'], ttl: '1h' });
    const provider = open({ token });
    await provider.get(ref, {});
    expect(await db.accounts()).toHaveLength(1);
    await provider[Symbol.asyncDispose]();
    expect(await db.accounts()).toEqual([]);
  });

  it('a given token that may not revoke is reported, with the names of what is left', async () => {
    const token = await db.makeToken({ policies: ['no-revocation'], ttl: '1h' });
    const provider = open({ token });
    await provider.get(ref, {});
    await expect(provider[Symbol.asyncDispose]()).rejects.toMatchObject({
      code: 'unavailable',
      problem: expect.stringContaining(ref.name) as string,
    });
    await db.bao.ask({ method: 'PUT', path: `sys/leases/revoke-prefix/${ref.name}` });
    await noAccounts();
  });

  it('a credential ends with the token that was given', async () => {
    const token = await db.makeToken({ policies: ['all'], ttl: '30s' });
    const provider = open({ token });
    const secret = await provider.get(ref, {});
    const lifeMs = Number(secret?.expiresAt) - Number(secret?.createdAt);
    expect(lifeMs).toBeGreaterThan(25_000);
    expect(lifeMs).toBeLessThan(31_000);
    await provider[Symbol.asyncDispose]();
    await noAccounts();
  });

  it('a lease is renewed on the server', async () => {
    const provider = open({ auth: await db.addLogin('renewing') });
    const first = await provider.get({ name: 'database/creds/short' }, {});
    const later = await vi.waitFor(
      async () => {
        const secret = await provider.get({ name: 'database/creds/short' }, {});
        expect(Number(secret?.expiresAt)).toBeGreaterThan(Number(first?.expiresAt) + 4_000);
        return secret;
      },
      { timeout: 30_000, interval: 200 },
    );
    expect(later?.version).toBe(first?.version);
    expect(await db.connect(later?.reveal() ?? '')).toBe('accepted');
    await provider[Symbol.asyncDispose]();
    await noAccounts();
  });

  it('an account that is refused is replaced by a fresh read, and revoked when its holder lets go', async () => {
    const provider = open({ auth: await db.addLogin('holding') });
    const refused = await provider.get(ref, { fresh: true });
    const held = provider.hold?.(ref, refused?.version ?? '');
    const next = await vi.waitFor(
      async () => {
        const secret = await provider.get(ref, { fresh: true });
        expect(secret?.version).not.toBe(refused?.version); // at most one a second
        return secret;
      },
      { timeout: 30_000, interval: 100 },
    );
    expect(await db.connect(refused?.reveal() ?? '')).toBe('accepted');
    held?.[Symbol.dispose]();
    await vi.waitFor(async () => expect(await db.accounts()).toHaveLength(1), { timeout: 30_000 });
    expect(await db.connect(next?.reveal() ?? '')).toBe('accepted');
    await provider[Symbol.asyncDispose]();
    await noAccounts();
  });

  it('a static role has the date of its next rotation', async () => {
    await db.postgres.sql(`create role static with login password 'first'`);
    const rotation = { db_name: 'postgres', username: 'static', rotation_period: '1h' };
    await db.bao.ask({ method: 'POST', path: 'database/static-roles/static', body: rotation });
    const provider = open({ token: await db.makeToken({ policies: ['all'] }) });
    const name = 'database/static-creds/static';
    const before = await provider.get({ name }, {});
    expect([before?.expiresAt, typeof before?.version]).toEqual([undefined, 'string']);
    expect(Number(before?.refreshAt)).toBeGreaterThan(Date.now()); // a rotation by hand is looked for
    expect(await db.connect(before?.reveal() ?? '')).toBe('accepted');
    await db.bao.ask({ method: 'POST', path: 'database/rotate-role/static' });
    const after = await provider.get({ name }, {});
    expect(after?.version).not.toBe(before?.version);
    expect(await db.connect(after?.reveal() ?? '')).toBe('accepted');
    await provider[Symbol.asyncDispose]();
  });
});
