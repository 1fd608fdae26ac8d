import { compose, createSecrets } from '@secretkit/core';
import { type SecretProvider, seal } from '@secretkit/core/provider';
import { cache } from '@secretkit/middleware/cache';
import { recommended } from '@secretkit/middleware/recommended';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type FakeClient, fakeServer } from '../test/fake-server.js';
import type { AttachOptions } from './attached-client.js';
import { rotating } from './rotating.js';

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2030-01-01T00:00:00Z') });
});
afterEach(() => {
  vi.useRealTimers();
});

const hour = 3_600_000;

/** A provider that makes an account for each `fresh` read, and knows who holds one. */
function leasing() {
  const holds: string[] = [];
  const reads: string[] = [];
  let made = 0;
  const provider: SecretProvider = {
    name: 'leasing',
    async get(_, { fresh = false }) {
      reads.push(fresh ? 'fresh' : 'plain');
      if (fresh || made === 0) made += 1;
      const refreshAt = new Date(Date.now() + hour);
      return seal(`CANARY-${made}`, { version: `v${made}`, refreshAt });
    },
    hold({ name }, version) {
      const held = `${name}@${version}`;
      holds.push(held);
      return { [Symbol.dispose]: () => void holds.splice(holds.indexOf(held), 1) };
    },
  };
  return { provider, holds, reads };
}

function setUp(stack: (provider: SecretProvider) => SecretProvider = (provider) => provider) {
  const { provider, holds, reads } = leasing();
  const held = stack(provider);
  const secrets = createSecrets(held);
  const server = fakeServer('CANARY-1', 'CANARY-2', 'CANARY-3');
  const rotation = rotating(secrets, 'db', { provider: held });
  const attach = (options: Partial<AttachOptions<FakeClient>> = {}) =>
    rotation.attach(server.connect, {
      verify: (client) => client.login(),
      close: (client) => client.close(),
      ...options,
    });
  return { holds, reads, secrets, server, rotation, attach };
}

const stacks: readonly (readonly [string, ((provider: SecretProvider) => SecretProvider) | undefined])[] = [
  ['the provider', undefined],
  ['a stack with a cache', cache()],
  ['the recommended stack', recommended()],
];

describe.each(stacks)('a rotation that holds the leases of %s', (_, stack) => {
  it('holds a credential while a client uses it, and lets go after the drain', async () => {
    const { holds, attach, server, rotation } = setUp(stack);
    const db = await attach();
    expect(holds).toEqual(['db@v1']);
    let end = (): void => undefined;
    const work = db.use(() => new Promise<void>((resolve) => (end = resolve)));
    await vi.advanceTimersByTimeAsync(hour + 2_000);
    expect(db.client.password).toBe('CANARY-2');
    expect(holds).toEqual(['db@v1', 'db@v2']);
    end();
    await work;
    await vi.advanceTimersByTimeAsync(0);
    expect([holds, server.open.size]).toEqual([['db@v2'], 1]);
    await rotation.close();
    expect(holds).toEqual([]);
  });

  it('holds it once for all clients, until the last one has let go', async () => {
    const { holds, attach, rotation } = setUp(stack);
    const [one, other] = [await attach(), await attach()];
    expect(holds).toEqual(['db@v1']);
    let end = (): void => undefined;
    const work = other.use(() => new Promise<void>((resolve) => (end = resolve)));
    await vi.advanceTimersByTimeAsync(hour + 2_000);
    expect([one.client.password, holds]).toEqual(['CANARY-2', ['db@v1', 'db@v2']]);
    end();
    await work;
    await vi.advanceTimersByTimeAsync(0);
    expect(holds).toEqual(['db@v2']);
    await rotation.close();
  });

  it('reads what a client gets only fresh, since a provider keeps what a plain read has returned', async () => {
    const { reads, attach, rotation } = setUp(stack);
    await attach();
    await attach();
    await vi.advanceTimersByTimeAsync(hour + 2_000);
    expect(reads).toEqual(['fresh', 'fresh']);
    await rotation.close();
  });

  it('lets go of a credential that did not verify at the first login', async () => {
    const { holds, attach, server } = setUp(stack);
    server.accepted.clear();
    const failed = attach({ verify: () => Promise.reject(new Error('down')) }).catch(() => 'failed');
    await vi.advanceTimersByTimeAsync(60_000);
    expect([await failed, holds]).toEqual(['failed', []]);
  });
});

it('a provider without leases has nothing to hold, and is read as without it', async () => {
  const { provider, reads } = leasing();
  const plain: SecretProvider = { name: 'plain', get: (ref, ctx) => provider.get(ref, ctx) };
  const rotation = rotating(createSecrets(plain), 'db', { provider: plain });
  const server = fakeServer('CANARY-1');
  await rotation.attach(server.connect, { verify: () => undefined, close: (client) => client.close() });
  expect(reads).toEqual(['plain']);
  await rotation.close();
});

it('a failure to hold or to let go is ignored', async () => {
  for (const hold of [
    () => {
      throw new Error('CANARY');
    },
    () => ({
      [Symbol.dispose]() {
        throw new Error('CANARY');
      },
    }),
  ]) {
    const { provider } = leasing();
    const failing = { ...provider, hold };
    const rotation = rotating(createSecrets(failing), 'db', { provider: failing });
    const server = fakeServer('CANARY-1');
    const db = await rotation.attach(server.connect, {
      verify: () => undefined,
      close: (client) => client.close(),
    });
    expect(db.client.password).toBe('CANARY-1');
    await expect(rotation.close()).resolves.toBeUndefined();
  }
});

it.each([null, 5, 'CANARY', { hold: 'CANARY' }])('refuses the provider %j', (provider) => {
  const secrets = createSecrets(compose()(leasing().provider));
  expect(() => rotating(secrets, 'db', { provider: provider as never })).toThrow(/rotating: provider must/);
  expect(() => rotating(secrets, 'db', { provider: provider as never })).not.toThrow(/CANARY/);
});
