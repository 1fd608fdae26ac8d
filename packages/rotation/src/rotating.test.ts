import { getEventListeners } from 'node:events';
import { inspect } from 'node:util';
import { createSecrets } from '@secretkit/core';
import { SecretError, seal } from '@secretkit/core/provider';
import { cache } from '@secretkit/middleware/cache';
import { fakeClock, fakeSecrets } from '@secretkit/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { type FakeClient, fakeServer } from '../test/fake-server.js';
import type { AttachOptions } from './attached-client.js';
import { type RotatingOptions, rotating } from './rotating.js';
import type { RotationEvent } from './rotation-event.js';

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2030-01-01T00:00:00Z') });
});
afterEach(() => {
  vi.useRealTimers();
});

function setUp(passwords: readonly string[], options: RotatingOptions<string> = {}) {
  const clock = fakeClock();
  const fake = fakeSecrets({ initial: { db: 'CANARY-1' }, clock });
  const secrets = createSecrets(cache({ now: clock.now })(fake.provider), { now: clock.now });
  const server = fakeServer(...passwords);
  const events: RotationEvent[] = [];
  const rotation = rotating(secrets, 'db', {
    now: clock.now,
    onEvent: (event) => events.push(event),
    ...options,
  });
  const attach = (more: Partial<AttachOptions<FakeClient>> = {}) =>
    rotation.attach(server.connect, {
      verify: (client) => client.login(),
      close: (client) => client.close(),
      ...more,
    });
  const rotate = async (value: string) => {
    await fake.put('db', value);
    await secrets.get('db', { fresh: true });
    await vi.advanceTimersByTimeAsync(0);
  };
  const kinds = () => events.map(({ kind }) => kind);
  return { clock, fake, secrets, server, events, kinds, rotation, attach, rotate };
}

describe('attach', () => {
  it('hands over to a client with the new credential, and closes the old one', async () => {
    const { server, events, attach, rotate } = setUp(['CANARY-1', 'CANARY-2']);
    const db = await attach({ name: 'orders' });
    expect(await db.use((client) => client.password)).toBe('CANARY-1');
    await rotate('CANARY-2');
    expect(await db.use((client) => client.password)).toBe('CANARY-2');
    expect([...server.open]).toEqual([db.client]);
    expect(events).toEqual([
      { kind: 'rotating', client: 'orders', generation: 2, version: '2' },
      { kind: 'swapped', client: 'orders', generation: 2, version: '2', previous: 1, verified: true },
      { kind: 'drained', client: 'orders', generation: 1, version: '1', inUse: 0 },
    ]);
    expect(inspect(events, { depth: 9 })).not.toContain('CANARY');
  });

  it('closes the old client after the work with it', async () => {
    const { server, kinds, attach, rotate } = setUp(['CANARY-1', 'CANARY-2']);
    const db = await attach();
    const old = db.client;
    let end = (): void => undefined;
    const work = db.use(() => new Promise<void>((resolve) => (end = resolve)));
    await rotate('CANARY-2');
    await vi.advanceTimersByTimeAsync(29_999);
    expect(server.open.has(old)).toBe(true);
    end();
    await work;
    await vi.advanceTimersByTimeAsync(0);
    expect([server.open.has(old), kinds().at(-1)]).toEqual([false, 'drained']);
  });

  it('closes the old client after drainMs, and reports the work that is left', async () => {
    const { server, events, rotation, attach, rotate } = setUp(['CANARY-1', 'CANARY-2']);
    const db = await attach({ drainMs: 1_000 });
    const old = db.client;
    let end = (): void => undefined;
    const work = db.use(() => new Promise<void>((resolve) => (end = resolve)));
    await rotate('CANARY-2');
    expect(rotation.health()).toMatchObject({
      degraded: true,
      clients: [{ ended: [{ generation: 1, inUse: 1 }] }],
    });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(server.open.has(old)).toBe(false);
    expect(events.at(-1)).toMatchObject({ kind: 'drained', generation: 1, inUse: 1 });
    end();
    await work;
    expect(rotation.health()).toMatchObject({ degraded: false, clients: [{ ended: [] }] });
    expect(events).toHaveLength(3); // it is reported once
  });

  it('keeps the old credential while the new one does not verify, and tries it again with backoff', async () => {
    const { server, kinds, rotation, attach, rotate } = setUp(['CANARY-1']);
    const db = await attach();
    await rotate('CANARY-2');
    expect(db.client.password).toBe('CANARY-1');
    expect(kinds()).toEqual(['rotating', 'kept-old']);
    expect(rotation.health()).toMatchObject({ degraded: true, authFailures: 1 });
    await vi.advanceTimersByTimeAsync(60_000);
    const refusals = server.logins.filter((password) => password === 'CANARY-2').length;
    expect(refusals).toBeGreaterThan(2);
    expect(refusals).toBeLessThan(20);
    server.accepted.add('CANARY-2');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(db.client.password).toBe('CANARY-2');
    expect(server.open.size).toBe(1);
    expect(rotation.health().degraded).toBe(false);
  });

  it('keeps the old credential during an outage of the server', async () => {
    const { server, events, attach, rotate } = setUp(['CANARY-1', 'CANARY-2']);
    const db = await attach();
    server.outage = new Error('ECONNREFUSED');
    await rotate('CANARY-2');
    expect(events.at(-1)).toMatchObject({ kind: 'kept-old', generation: 1, refused: 2, reason: 'failed' });
    server.outage = undefined;
    await vi.advanceTimersByTimeAsync(2_000);
    expect(db.client.password).toBe('CANARY-2');
  });

  it('takes the new credential unverified if neither works', async () => {
    const { server, events, attach, rotate } = setUp(['CANARY-1']);
    const db = await attach();
    server.accepted.clear();
    await expect(db.use((client) => client.login())).rejects.toMatchObject({ code: '28P01' });
    await rotate('CANARY-2');
    expect(events.at(-2)).toMatchObject({ kind: 'swapped', generation: 2, verified: false });
    expect(db.client.password).toBe('CANARY-2');
    expect(server.open.size).toBe(1);
  });

  it('goes to the last of several rotations, and verifies one at a time', async () => {
    const { server, fake, secrets, attach } = setUp(['CANARY-1', 'CANARY-2', 'CANARY-3', 'CANARY-4']);
    let verifying = 0;
    let most = 0;
    const attaching = attach({
      async verify(client) {
        verifying += 1;
        most = Math.max(most, verifying);
        await new Promise((resolve) => setTimeout(resolve, 100));
        await client.login();
        verifying -= 1;
      },
    });
    await vi.advanceTimersByTimeAsync(100);
    const db = await attaching;
    for (const value of ['CANARY-2', 'CANARY-3', 'CANARY-4']) {
      await fake.put('db', value);
      await secrets.get('db', { fresh: true });
    }
    await vi.advanceTimersByTimeAsync(1_000);
    expect([db.client.password, most, server.open.size]).toEqual(['CANARY-4', 1, 1]);
    expect(server.logins).not.toContain('CANARY-3'); // coalesced
  });

  it('starts with the credential that a sibling uses, while the store has a wrong one', async () => {
    const { server, attach, rotate } = setUp(['CANARY-1']);
    const first = await attach({ name: 'first' });
    await rotate('CANARY-wrong');
    const second = await attach({ name: 'second' });
    expect([first.client.password, second.client.password]).toEqual(['CANARY-1', 'CANARY-1']);
    server.accepted.add('CANARY-wrong');
    await vi.advanceTimersByTimeAsync(60_000);
    expect([first.client.password, second.client.password]).toEqual(['CANARY-wrong', 'CANARY-wrong']);
  });

  it('repeats the first login until deadlineMs, then rejects with the failure of the server', async () => {
    const { server, rotation, attach } = setUp(['CANARY-2'], { deadlineMs: 5_000 });
    const failing = attach().catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(6_000);
    expect(await failing).toMatchObject({ code: '28P01' });
    expect(server.logins.length).toBeGreaterThan(3);
    expect([server.open.size, rotation.health().clients]).toEqual([0, []]);
    const working = attach();
    await vi.advanceTimersByTimeAsync(100);
    server.accepted.add('CANARY-1');
    await vi.advanceTimersByTimeAsync(2_000);
    expect((await working).client.password).toBe('CANARY-1');
  });

  it('does not repeat a failure that is not about the credential', async () => {
    const { server, attach } = setUp(['CANARY-1']);
    server.outage = new Error('ECONNREFUSED');
    await expect(attach()).rejects.toBe(server.outage);
    expect([server.logins.length, server.open.size]).toEqual([1, 0]);
  });
});

describe('connect', () => {
  it('repeats a refused login with the credential that the store has then', async () => {
    const { server, fake, attach } = setUp(['CANARY-1']);
    const db = await attach();
    server.accepted.clear(); // the server is rotated first
    const opening = db.connect((client) => client.login());
    await vi.advanceTimersByTimeAsync(500);
    server.accepted.add('CANARY-2');
    await fake.put('db', 'CANARY-2');
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await opening).toBe('CANARY-2');
  });

  it('counts deadlineMs from the first refusal, not from the wait for a connection of a busy pool', async () => {
    const { server, fake, attach } = setUp(['CANARY-1'], { deadlineMs: 5_000 });
    const db = await attach();
    server.accepted.clear();
    const opening = db.connect(async (client) => {
      await new Promise((resolve) => setTimeout(resolve, server.logins.length > 1 ? 0 : 20_000));
      return client.login();
    });
    opening.catch(() => undefined);
    await vi.advanceTimersByTimeAsync(21_000);
    server.accepted.add('CANARY-2');
    await fake.put('db', 'CANARY-2');
    await vi.advanceTimersByTimeAsync(4_000);
    expect(await opening).toBe('CANARY-2');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('works while the store has the new credential before the server', async () => {
    const { server, attach, rotate } = setUp(['CANARY-1']);
    const db = await attach();
    await rotate('CANARY-2');
    expect(await db.connect((client) => client.login())).toBe('CANARY-1');
    server.accepted.clear();
    server.accepted.add('CANARY-2');
    const opening = db.connect((client) => client.login());
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await opening).toBe('CANARY-2');
  });

  it('lets one login at a time probe after a refusal', async () => {
    const { server, fake, attach } = setUp(['CANARY-1'], { deadlineMs: 60_000 });
    const db = await attach();
    server.accepted.clear();
    server.logins.length = 0;
    const first = db.connect((client) => client.login());
    await vi.advanceTimersByTimeAsync(0);
    const others = Array.from({ length: 50 }, () => db.connect((client) => client.login()));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(server.logins.length).toBeLessThan(30);
    server.accepted.add('CANARY-2');
    await fake.put('db', 'CANARY-2');
    await vi.advanceTimersByTimeAsync(2_000);
    expect(new Set(await Promise.all([first, ...others]))).toEqual(new Set(['CANARY-2']));
  });

  it('ends every login at its deadline, also one that waits for a probe that hangs', async () => {
    const { server, attach } = setUp(['CANARY-1'], { deadlineMs: 1_000 });
    const db = await attach();
    server.accepted.clear();
    let hang = (): void => undefined;
    const opening = [1, 2, 3].map(() =>
      db.connect((client) => client.login()).catch((error: unknown) => error),
    );
    await vi.advanceTimersByTimeAsync(0);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await Promise.all(opening)).toEqual(Array(3).fill(expect.objectContaining({ code: '28P01' })));
    const hanging = db.connect(() => new Promise<void>((resolve) => (hang = resolve)));
    await vi.advanceTimersByTimeAsync(0);
    const late = db.connect((client) => client.login()).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await late).toMatchObject({ code: 'timeout' });
    hang();
    await hanging;
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is repeated after an outage of the store, as long as the deadline is later', async () => {
    const { server, fake, rotation, attach } = setUp(['CANARY-1']);
    const db = await attach();
    server.accepted.clear();
    server.accepted.add('CANARY-2');
    await fake.put('db', 'CANARY-2');
    fake.fail('unavailable');
    const opening = db.connect((client) => client.login());
    await vi.advanceTimersByTimeAsync(3_000);
    expect(rotation.health()).toMatchObject({ degraded: true, readFailure: 'unavailable' });
    fake.heal();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await opening).toBe('CANARY-2');
    expect(rotation.health().degraded).toBe(false);
  });

  it('reads and verifies a new credential first if the old one has expired, without a timer', async () => {
    const { clock, server, fake, secrets, rotation, attach } = setUp(['CANARY-2', 'CANARY-3']);
    await fake.put('db', 'CANARY-2', new Date(clock.now() + 60_000));
    await secrets.get('db', { fresh: true });
    const db = await attach();
    clock.advance(60_001); // the process was suspended
    expect(rotation.health()).toMatchObject({ degraded: true, clients: [{ expired: true }] });
    await fake.put('db', 'CANARY-3');
    server.logins.length = 0;
    expect(await db.connect((client) => client.login())).toBe('CANARY-3');
    expect(server.logins).toEqual(['CANARY-3', 'CANARY-3']); // verified, then used
  });
});

describe('use', () => {
  it('runs again with the rotated credential after a refusal, and parses it', async () => {
    const { fake, secrets } = setUp([]);
    const schema = z.string().transform((text) => ({ password: text }));
    const rotation = rotating(secrets, 'db', { schema });
    const run = vi.fn((password: string) => {
      if (password === 'CANARY-1') throw Object.assign(new Error(), { status: 401 });
      return password;
    });
    expect((await rotation.current()).reveal()).toEqual({ password: 'CANARY-1' });
    await fake.put('db', 'CANARY-2');
    expect(await rotation.use((secret) => run(secret.reveal().password))).toBe('CANARY-2');
    expect(rotation.health().generation).toBe(2);
  });

  it('refuses a value that the schema refuses, without quoting it', async () => {
    const { secrets } = setUp([]);
    const rotation = rotating(secrets, 'db', { schema: z.string().regex(/^\d+$/) });
    const error: unknown = await rotation.current().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'invalid_data', ref: { name: 'db' } });
    expect(inspect(error)).not.toContain('CANARY');
  });

  it('keeps the old credential if the new one does not parse', async () => {
    const { secrets, fake } = setUp([]);
    const rotation = rotating(secrets, 'db', { schema: z.string().startsWith('CANARY') });
    const following = await rotation.follow({ verify: () => true });
    await fake.put('db', 'other');
    await following.refused(following.credential);
    expect(following.credential.secret.reveal()).toBe('CANARY-1');
    expect(rotation.health()).toMatchObject({ degraded: true, readFailure: 'invalid_data' });
  });
});

describe('a rotation', () => {
  it('reads again after a refreshAt that a renewal has moved, for pools that never read', async () => {
    const [first, second] = [60_000, 120_000].map((ms) => new Date(Date.now() + ms));
    const answers = [
      seal('CANARY-1', { refreshAt: first }),
      seal('CANARY-1', { refreshAt: second }),
      seal('CANARY-2'),
    ];
    const get = vi.fn(async () => answers[Math.min(get.mock.calls.length, answers.length) - 1]);
    const rotation = rotating(createSecrets({ name: 'store', get }), 'db');
    const following = await rotation.follow({ verify: () => true });
    await vi.advanceTimersByTimeAsync(122_000);
    expect(get).toHaveBeenCalledTimes(3);
    expect(following.credential.secret.reveal()).toBe('CANARY-2');
    await rotation.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('reads again after refreshAt, without a cache too', async () => {
    const values = ['CANARY-1', 'CANARY-2'];
    const get = vi.fn(async () => seal(values[Math.min(get.mock.calls.length, 2) - 1]!, { refreshAt }));
    const refreshAt = new Date(Date.now() + 60_000);
    const rotation = rotating(createSecrets({ name: 'store', get }), 'db');
    const following = await rotation.follow({ verify: () => true });
    await vi.advanceTimersByTimeAsync(60_999);
    expect(following.credential.generation).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect([following.credential.generation, get.mock.calls.length]).toEqual([2, 2]);
    expect(() => rotating(createSecrets({ name: 'store', get }), 'db', { watchMs: 1_000 })).toThrow(/cache/);
  });

  it('changes nothing until somebody reads', async () => {
    const { attach, fake, secrets, server } = setUp(['CANARY-1', 'CANARY-2']);
    const db = await attach();
    expect(db.client.password).toBe('CANARY-1');
    await fake.put('db', 'CANARY-2');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(db.client.password).toBe('CANARY-1'); // nobody reads
    await secrets.get('db', { fresh: true });
    await vi.advanceTimersByTimeAsync(0);
    expect([db.client.password, server.open.size]).toEqual(['CANARY-2', 1]);
  });

  it('reads periodically with watchMs', async () => {
    const { clock, attach, fake, rotation } = setUp(['CANARY-1', 'CANARY-2'], { watchMs: 10_000 });
    const db = await attach();
    await fake.put('db', 'CANARY-2');
    clock.advance(10_000);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(db.client.password).toBe('CANARY-2');
    await rotation.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('revokes a replaced credential once no client uses it', async () => {
    const revoked: string[] = [];
    const { attach, rotate } = setUp(['CANARY-1', 'CANARY-2'], {
      revoke: (secret) => revoked.push(secret.reveal()),
    });
    const first = await attach({ name: 'first' });
    const second = await attach({ name: 'second' });
    let end = (): void => undefined;
    const work = second.use(() => new Promise<void>((resolve) => (end = resolve)));
    await rotate('CANARY-2');
    expect([first.client.password, revoked]).toEqual(['CANARY-2', []]);
    end();
    await work;
    await vi.advanceTimersByTimeAsync(0);
    expect(revoked).toEqual(['CANARY-1']);
  });

  it.each(['close', 'signal'])(
    'ends with %s: clients are closed, logins that wait are rejected',
    async (way) => {
      const controller = new AbortController();
      const { server, rotation, attach } = setUp(['CANARY-1'], { signal: controller.signal });
      const db = await attach();
      server.accepted.clear();
      const waiting = db.connect((client) => client.login()).catch((error: unknown) => error);
      await vi.advanceTimersByTimeAsync(100);
      if (way === 'signal') controller.abort();
      await rotation.close();
      await rotation.close();
      expect(await waiting).toMatchObject({ code: 'closed' });
      expect([server.open.size, vi.getTimerCount()]).toEqual([0, 0]);
      expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
      expect(() => db.client).toThrow(SecretError);
      await expect(db.use(() => 1)).rejects.toMatchObject({ code: 'closed' });
      await expect(rotation.current()).rejects.toMatchObject({ code: 'closed' });
      await expect(attach()).rejects.toMatchObject({ code: 'closed' });
    },
  );

  it('does not begin with a signal that has fired', async () => {
    const { attach } = setUp(['CANARY-1'], { signal: AbortSignal.abort(), watchMs: 1_000 });
    expect(vi.getTimerCount()).toBe(0);
    await expect(attach()).rejects.toMatchObject({ code: 'closed' });
  });

  it('recognises refusals by isAuthFailure, in use and in connect', async () => {
    const refusal = new Error('refused');
    const { attach, fake, rotation, server } = setUp(['CANARY-1', 'CANARY-2'], {
      isAuthFailure: (failure) => failure === refusal,
    });
    const open = async (password: string) => {
      if (password === 'CANARY-1') throw refusal;
      return password;
    };
    const db = await attach();
    await fake.put('db', 'CANARY-2');
    expect(await rotation.use((secret) => open(secret.reveal()))).toBe('CANARY-2');
    const opening = db.connect((client) => open(client.password));
    await vi.advanceTimersByTimeAsync(1_000);
    expect([await opening, server.open.size]).toEqual(['CANARY-2', 1]);
  });

  it('ignores exceptions of its listeners and of close', async () => {
    const { attach, rotate, server } = setUp(['CANARY-1', 'CANARY-2'], {
      onEvent() {
        throw new Error('listener');
      },
      revoke: () => Promise.reject(new Error('revoke')),
    });
    const db = await attach({
      close(client) {
        client.close();
        throw new Error('close');
      },
    });
    await rotate('CANARY-2');
    expect([db.client.password, server.open.size]).toEqual(['CANARY-2', 1]);
  });

  it.each<[string, unknown]>([
    ['an unknown option', { drainMS: 1 }],
    ['a deadline that is not a number', { deadlineMs: '1' }],
  ])('refuses %s', (_, options) => {
    const { secrets } = setUp([]);
    expect(() => rotating(secrets, 'db', options as RotatingOptions<string>)).toThrow(TypeError);
  });
});
