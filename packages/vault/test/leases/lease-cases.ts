import { type CallContext, isSecretError, type Secret, SecretError } from '@secretkit/core/provider';
import { expect } from 'vitest';
import type { Lease, LeaseBackend } from '../../src/leases/lease.js';
import type { LeaseKeeper, LeaseKeeperOptions } from '../../src/leases/lease-keeper.js';
import { type LeaseServer, type LeaseServerOptions, leaseServer } from './lease-server.js';
import { type VirtualClock, virtualClock } from './virtual-clock.js';

/** One thing that a keeper of leases must do. */
export interface LeaseCase {
  readonly id: string;
  readonly title: string;
  run(make: MakeKeeper): Promise<void>;
}

/** Returns the keeper to test. */
export type MakeKeeper = (options: LeaseKeeperOptions) => LeaseKeeper;

const ref = { name: 'database/creds/app' };
const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

interface Bench {
  readonly clock: VirtualClock;
  readonly server: LeaseServer;
  readonly keeper: LeaseKeeper;
  get(ctx?: CallContext): Promise<Secret | undefined>;
  /** Reads while the clock runs, and returns the credential or the code of the failure. */
  read(ctx?: CallContext): Promise<string>;
  /** Reads every `everyMs` for a time, and returns the different results in order. */
  readFor(ms: number, everyMs: number, ctx?: CallContext): Promise<readonly string[]>;
}

function bench(
  make: MakeKeeper,
  options: LeaseServerOptions,
  random = () => 0,
  change: (backend: LeaseBackend) => Partial<LeaseBackend> = () => ({}),
): Bench {
  const clock = virtualClock();
  const server = leaseServer(clock, options);
  const backend = { ...server.backend, ...change(server.backend) };
  const keeper = make({ backend, clock, random });
  const get = (ctx: CallContext = {}): Promise<Secret | undefined> => keeper.get(ref, ctx);

  async function read(ctx?: CallContext): Promise<string> {
    let result: string | undefined;
    void get(ctx).then(
      (secret) => (result = secret?.reveal() ?? 'missing'),
      (error: unknown) => (result = isSecretError(error) ? error.code : String(error)),
    );
    await clock.advance(0);
    if (result === undefined) await clock.advance(100); // the latency of the server
    return result ?? 'no answer';
  }

  return {
    clock,
    server,
    keeper,
    get,
    read,
    async readFor(ms, everyMs, ctx) {
      const results: string[] = [];
      for (const endMs = clock.read().monotonicMs + ms; clock.read().monotonicMs < endMs; ) {
        const result = await read(ctx);
        if (results.at(-1) !== result) results.push(result);
        await clock.advance(everyMs);
      }
      return results;
    },
  };
}

const failures = {
  'a connection that is refused': new SecretError('unavailable', 'refused.'),
  'a 307': new SecretError('unavailable', 'redirect.', { details: { status: 307 } }),
  'a 400': new SecretError('invalid_argument', 'context canceled.', { details: { status: 400 } }),
  'a 403': new SecretError('permission_denied', 'denied.', { details: { status: 403 } }),
  'a 500': new SecretError('unavailable', 'local node not active.', { details: { status: 500 } }),
};

export const leaseCases: readonly LeaseCase[] = [
  {
    id: 'sharing/one-lease',
    title: 'a hundred readers at once, and those that come later, share one credential',
    async run(make) {
      const { clock, server, get, readFor } = bench(make, { leaseMs: hour });
      const reads = Array.from({ length: 100 }, () => get());
      await clock.advance(100);
      expect(new Set((await Promise.all(reads)).map((secret) => secret?.reveal()))).toEqual(
        new Set(['user-1']),
      );
      expect(await readFor(10 * minute, minute)).toEqual(['user-1']);
      expect(server.mints).toHaveLength(1);
    },
  },
  {
    id: 'renewal/two-thirds',
    title: 'a lease is renewed at two thirds of what is left, again and again',
    async run(make) {
      const { server, readFor } = bench(make, { leaseMs: 30 * minute });
      await readFor(70 * minute, minute);
      expect(server.renewals.map(({ atMs }) => Math.round(atMs / minute))).toEqual([20, 40, 60]);
    },
  },
  {
    id: 'renewal/jitter',
    title: 'the time of a renewal is random within a tenth, and never later than two thirds',
    async run(make) {
      const times: number[] = [];
      for (const random of [0, 0.5, 0.999]) {
        const { server, readFor } = bench(make, { leaseMs: 30 * minute }, () => random);
        await readFor(21 * minute, minute);
        times.push(Math.round((server.renewals[0]?.atMs ?? 0) / minute));
      }
      expect(times).toEqual([20, 19, 18]);
    },
  },
  {
    id: 'renewal/increment',
    title: 'a renewal never asks for less than the first length',
    async run(make) {
      const { server, readFor } = bench(make, { leaseMs: 30 * minute, maxMs: 65 * minute });
      await readFor(60 * minute, minute);
      expect(new Set(server.renewals.map(({ incrementMs }) => incrementMs))).toEqual(new Set([30 * minute]));
    },
  },
  ...Object.entries(failures).map(
    ([name, failure], at): LeaseCase => ({
      id: `renewal/failure-${at + 1}`,
      title: `after ${name} a renewal is repeated with backoff, and the credential goes on without another one`,
      async run(make) {
        const { clock, server, read, readFor } = bench(make, { leaseMs: 30 * minute });
        await read();
        await clock.advance(19 * minute);
        server.fault = (call) => (call === 'renew' ? failure : undefined);
        expect(await readFor(9 * minute, second)).toEqual(['user-1']);
        expect(server.renewals.length).toBeGreaterThan(10);
        expect(server.renewals.length).toBeLessThan(60);
        server.fault = undefined;
        expect(await readFor(30 * minute, second)).toEqual(['user-1']);
        expect(server.mints).toHaveLength(1);
      },
    }),
  ),
  {
    id: 'renewal/hang',
    title: 'a renewal without an answer is repeated in time',
    async run(make) {
      const { server, readFor } = bench(make, { leaseMs: 30 * second });
      let hanging = 2;
      server.fault = (call) => (call === 'renew' && hanging-- > 0 ? 'hang' : undefined);
      expect(await readFor(40 * second, second)).toEqual(['user-1']);
    },
  },
  {
    id: 'renewal/lost',
    title: 'a lease that the server does not know any more is replaced at once, without waiting for a reader',
    async run(make) {
      const { clock, server, read } = bench(make, { leaseMs: 30 * minute });
      await read();
      server.drop('user-1');
      await clock.advance(20 * minute + second);
      expect(server.mints).toHaveLength(2);
      expect(await read()).toBe('user-2');
    },
  },
  {
    id: 'end/maximum',
    title: 'before the maximum of a lease there is another credential, a third of the length ahead',
    async run(make) {
      const { clock, server, read } = bench(make, { leaseMs: hour, maxMs: 3 * hour });
      for (let at = 0; at < 10 * 60; at += 1) {
        expect(server.accepts(await read())).toBe(true);
        await clock.advance(minute);
      }
      const ages = server.mints.slice(1).map((atMs, at) => (atMs - (server.mints[at] ?? 0)) / minute);
      for (const age of ages) expect(Math.abs(age - 160)).toBeLessThan(2); // 20 minutes before the end
    },
  },
  {
    id: 'end/bound',
    title: 'a credential is never served at or past its end, and the failure of the server is reported',
    async run(make) {
      const { server, read, readFor, clock } = bench(make, { leaseMs: 2 * second });
      await read();
      server.fault = () => new SecretError('unavailable', 'refused.');
      expect(await readFor(4 * second, 50)).toEqual(['user-1', 'unavailable']);
      server.drop('user-1');
      server.fault = undefined;
      await clock.advance(0);
      expect(await read()).toBe('user-2');
    },
  },
  {
    id: 'end/age',
    title: 'the age that a proxy reports is taken off',
    async run(make) {
      const { get, clock } = bench(make, { leaseMs: hour, ageMs: 50 * minute, renewable: false });
      const reading = get();
      await clock.advance(100);
      const secret = await reading;
      expect(Number(secret?.expiresAt) - Number(secret?.createdAt)).toBe(10 * minute);
    },
  },
  {
    id: 'end/login',
    title: 'a credential ends with its login, and one of another login is there before',
    async run(make) {
      const { clock, server, read } = bench(make, { leaseMs: hour });
      for (let at = 0; at < 100; at += 1) {
        const nowMs = clock.read().monotonicMs;
        if (server.login && at % 13 === 0) server.login.isFinal = true;
        if (at % 13 === 0) server.login = { endsAtMs: nowMs + 20 * second, isFinal: false };
        expect(server.accepts(await read())).toBe(true);
        await clock.advance(second);
      }
      expect(server.mints.length).toBeLessThan(10);
    },
  },
  {
    id: 'end/login-renewed',
    title: 'a login that is renewed keeps its credentials',
    async run(make) {
      const { clock, server, read, get } = bench(make, { leaseMs: hour });
      server.login = { endsAtMs: 20 * second, isFinal: false };
      await read();
      expect(Number((await get())?.expiresAt) - clock.read().wallMs).toBeLessThan(20 * second);
      for (let at = 0; at < 10; at += 1) {
        await clock.advance(13 * second);
        server.login.endsAtMs = clock.read().monotonicMs + 20 * second;
        expect(await read()).toBe('user-1');
      }
    },
  },
  {
    id: 'end/not-renewable',
    title: 'a lease that cannot be renewed is replaced before its end, and never renewed',
    async run(make) {
      const { clock, server, read } = bench(make, { leaseMs: 30 * minute, renewable: false });
      for (let at = 0; at < 100; at += 1) {
        expect(server.accepts(await read())).toBe(true);
        await clock.advance(minute);
      }
      expect(server.renewals).toHaveLength(0);
      expect(server.mints).toHaveLength(6);
    },
  },
  {
    id: 'end/replacement-fails',
    title: 'a replacement that fails is repeated, and the credential is served until its end',
    async run(make) {
      const { server, readFor, read } = bench(make, { leaseMs: 30 * second, renewable: false });
      await read();
      server.fault = (call) => (call === 'mint' ? new SecretError('unavailable', 'refused.') : undefined);
      expect(await readFor(28 * second, second)).toEqual(['user-1']);
      server.fault = undefined;
      expect(await readFor(20 * second, second)).toEqual(['user-1', 'user-2']);
    },
  },
  {
    id: 'dates/refresh-and-expiry',
    title: 'refreshAt is the moment of the next step, after which the dates are later',
    async run(make) {
      const { clock, read, get } = bench(make, { leaseMs: 30 * minute });
      await read();
      const first = await get();
      const startMs = Number(first?.createdAt);
      expect(Number(first?.refreshAt) - startMs).toBe(20 * minute);
      expect(Number(first?.expiresAt) - startMs).toBe(30 * minute);
      await clock.advance(20 * minute + second);
      const later = await get();
      expect(Number(later?.refreshAt) - startMs).toBe(40 * minute);
      expect(Number(later?.expiresAt) - startMs).toBe(50 * minute);
      expect(later?.version).toBe(first?.version);
    },
  },
  {
    id: 'dates/clock-set',
    title: 'a wall clock that is set back lengthens nothing, and one that is set forth ends a lease early',
    async run(make) {
      const { clock, get, read } = bench(make, { leaseMs: hour });
      await read();
      const leftMs = async (): Promise<number> => Number((await get())?.expiresAt) - clock.read().wallMs;
      clock.setWall(-30 * minute);
      expect(await leftMs()).toBeLessThanOrEqual(hour);
      clock.setWall(70 * minute);
      expect(await leftMs()).toBeLessThanOrEqual(20 * minute);
      clock.setWall(21 * minute);
      expect(await read()).toBe('user-2');
    },
  },
  {
    id: 'fresh/another',
    title: 'a fresh read after a refused login gets another credential, as later reads do',
    async run(make) {
      const { clock, read, server } = bench(make, { leaseMs: hour });
      await read();
      await clock.advance(minute);
      expect(await read({ fresh: true })).toBe('user-2');
      expect(await read()).toBe('user-2');
      expect(server.accounts()).toBe(2);
    },
  },
  {
    id: 'fresh/shared',
    title: 'a hundred fresh reads at once make one credential',
    async run(make) {
      const { clock, read, get, server } = bench(make, { leaseMs: hour });
      await read();
      await clock.advance(minute);
      const reads = Array.from({ length: 100 }, () => get({ fresh: true }));
      await clock.advance(100);
      expect(new Set((await Promise.all(reads)).map((secret) => secret?.reveal()))).toEqual(
        new Set(['user-2']),
      );
      expect(server.mints).toHaveLength(2);
    },
  },
  {
    id: 'fresh/rate',
    title: 'fresh reads make a credential once a second at most, then every 2, 4 … 60 s while they come',
    async run(make) {
      const { clock, read, readFor, server } = bench(make, { leaseMs: hour, latencyMs: 0 });
      await read();
      await clock.advance(minute);
      await readFor(5 * minute, 100, { fresh: true });
      const times = server.mints.slice(1).map((atMs) => Math.round((atMs - (server.mints[1] ?? 0)) / second));
      expect(times).toEqual([0, 1, 3, 7, 15, 31, 63, 123, 183, 243]);
      await clock.advance(5 * minute);
      await readFor(1.5 * second, 100, { fresh: true });
      expect(server.mints).toHaveLength(13); // once a second again
    },
  },
  {
    id: 'fresh/after-renewal',
    title: 'a reader that reads fresh after each refreshAt makes no credentials',
    async run(make) {
      const { clock, read, get, server } = bench(make, { leaseMs: hour });
      await read();
      for (let at = 0; at < 7; at += 1) {
        const { refreshAt } = (await get()) ?? {};
        await clock.advance(Number(refreshAt) - clock.read().wallMs + second);
        expect(await read({ fresh: true })).toBe('user-1');
      }
      expect(server.mints).toHaveLength(1);
    },
  },
  {
    id: 'lapse/unread',
    title:
      'a lease that nobody has read for its length is not renewed, and goes on if it is read before its end',
    async run(make) {
      const { clock, read, server, readFor } = bench(make, { leaseMs: 30 * minute });
      await read();
      await clock.advance(3 * hour);
      expect(server.renewals).toHaveLength(1);
      expect(server.accounts()).toBe(0);
      expect(clock.timers).toBe(0);
      expect(await read()).toBe('user-2');
      await clock.advance(49 * minute); // the renewal after 20 minutes was its last
      expect(await readFor(hour, minute)).toEqual(['user-2']);
    },
  },
  {
    id: 'lapse/held',
    title: 'a lease that somebody holds is renewed, and lapses after that',
    async run(make) {
      const { clock, read, get, server, keeper } = bench(make, { leaseMs: 30 * minute });
      await read();
      const held = keeper.hold(ref, (await get())?.version ?? '');
      await clock.advance(2 * hour);
      expect(server.accepts('user-1')).toBe(true);
      held[Symbol.dispose]();
      await clock.advance(hour);
      expect(server.accounts()).toBe(0);
    },
  },
  {
    id: 'mint/outlives-its-reader',
    title: 'a credential whose reader has left is kept for the next one',
    async run(make) {
      const { clock, get, read, server } = bench(make, { leaseMs: hour, latencyMs: 5 * second });
      const left = new AbortController();
      const outcome = get({ signal: left.signal }).catch((error: unknown) => error);
      await clock.advance(second);
      left.abort('left');
      expect(await outcome).toBe('left');
      await clock.advance(10 * second);
      expect(await read()).toBe('user-1');
      expect(server.mints).toHaveLength(1);
    },
  },
  {
    id: 'mint/late',
    title: 'a request has a limit, and an answer after it is adopted',
    async run(make) {
      const never = new AbortController().signal;
      const { clock, server, get, read } = bench(
        make,
        { leaseMs: hour, latencyMs: 5 * minute },
        undefined,
        (backend) => ({
          mint: () => backend.mint(ref, never),
        }),
      );
      const outcome = get().catch((error: unknown) => error);
      await clock.advance(2 * minute);
      expect(isSecretError(await outcome, 'timeout')).toBe(true);
      await clock.advance(4 * minute);
      expect(await read()).toBe('user-1');
      expect(server.mints).toHaveLength(1);
    },
  },
  {
    id: 'mint/failure',
    title: 'a failure rejects all readers once, and the next reader asks again',
    async run(make) {
      const { clock, get, read, server } = bench(make, { leaseMs: hour });
      let calls = 0;
      server.fault = () => {
        calls += 1;
        return new SecretError('unavailable', 'refused.');
      };
      const reads = Array.from({ length: 10 }, () => get().catch((error: unknown) => error));
      await clock.advance(100);
      for (const error of await Promise.all(reads)) expect(isSecretError(error, 'unavailable')).toBe(true);
      expect(calls).toBe(1);
      server.fault = undefined;
      expect(await read()).toBe('user-1');
    },
  },
  {
    id: 'mint/same-again',
    title: 'a proxy that gives the same lease again makes no loop',
    async run(make) {
      let calls = 0;
      let first: ReturnType<LeaseBackend['mint']> | undefined;
      const { clock, read } = bench(make, { leaseMs: hour, renewable: false }, undefined, (backend) => ({
        async mint(...args) {
          calls += 1;
          first ??= backend.mint(...args);
          const lease = (await first) as Lease | undefined;
          return lease && { ...lease, ageMs: clock.read().monotonicMs };
        },
      }));
      await read();
      await clock.advance(50 * minute);
      expect(calls).toBeGreaterThan(2);
      expect(calls).toBeLessThan(60);
      expect(await read()).toBe('user-1');
    },
  },
  {
    id: 'hold/revoked',
    title: 'a replaced credential that only holders got is revoked when the last one lets go',
    async run(make) {
      const { clock, read, get, server, keeper } = bench(make, { leaseMs: hour });
      await read({ fresh: true });
      const version = (await get({ fresh: true }))?.version ?? '';
      const [first, other] = [keeper.hold(ref, version), keeper.hold(ref, version)];
      await clock.advance(minute);
      await read({ fresh: true });
      first[Symbol.dispose]();
      first[Symbol.dispose]();
      await clock.advance(second);
      expect(server.revocations).toEqual([]);
      server.fault = (call) => (call === 'revoke' ? new SecretError('unavailable', 'refused.') : undefined);
      other[Symbol.dispose]();
      await clock.advance(minute);
      server.fault = undefined;
      await clock.advance(minute);
      expect(server.revocations).toEqual(['database/creds/app/1']);
    },
  },
  {
    id: 'hold/current',
    title: 'a credential that has not been replaced is not revoked when its last holder lets go',
    async run(make) {
      const { clock, read, get, server, keeper } = bench(make, { leaseMs: hour });
      await read({ fresh: true });
      keeper.hold(ref, (await get({ fresh: true }))?.version ?? '')[Symbol.dispose]();
      await clock.advance(minute);
      expect(server.revocations).toEqual([]);
      expect(server.accepts(await read())).toBe(true);
    },
  },
  {
    id: 'hold/plain-get',
    title: 'a replaced credential that a plain get has returned ends with its lease',
    async run(make) {
      const { clock, read, get, server, keeper } = bench(make, { leaseMs: hour });
      await read();
      const held = keeper.hold(ref, (await get())?.version ?? '');
      await clock.advance(minute);
      await read({ fresh: true });
      held[Symbol.dispose]();
      await clock.advance(minute);
      expect(server.revocations).toEqual([]);
      expect(server.accepts('user-1')).toBe(true);
    },
  },
  {
    id: 'close/revokes',
    title: 'close revokes each lease, also of a replaced credential and of one that is being made',
    async run(make) {
      const { clock, read, get, server, keeper } = bench(make, { leaseMs: hour });
      await read();
      await clock.advance(minute);
      const outcome = get({ fresh: true }).catch((error: unknown) => error);
      await clock.advance(0);
      const closing = keeper.close({ revoke: true, withinMs: 5 * second });
      await clock.advance(second);
      expect(await closing).toEqual([]);
      expect(isSecretError(await outcome, 'closed')).toBe(true);
      expect(server.accounts()).toBe(0);
      expect(server.mints).toHaveLength(2);
      await expect(get()).rejects.toMatchObject({ code: 'closed' });
    },
  },
  {
    id: 'close/bounded',
    title: 'close is bounded in time, and reports the leases that it could not revoke',
    async run(make) {
      const { clock, read, server, keeper } = bench(make, { leaseMs: hour });
      await read();
      server.fault = () => 'hang';
      let isClosed = false;
      const closing = keeper.close({ revoke: true, withinMs: 5 * second });
      void closing.then(() => (isClosed = true));
      await clock.advance(4.9 * second);
      expect(isClosed).toBe(false);
      await clock.advance(second);
      expect(await closing).toMatchObject([{ ref, leaseId: 'database/creds/app/1' }]);
    },
  },
  {
    id: 'close/repeats',
    title: 'a revocation that fails is repeated while there is time',
    async run(make) {
      const { clock, read, server, keeper } = bench(make, { leaseMs: hour });
      await read();
      server.fault = () => new SecretError('unavailable', 'refused.');
      const closing = keeper.close({ revoke: true, withinMs: 5 * second });
      await clock.advance(2 * second);
      server.fault = undefined;
      await clock.advance(2 * second);
      expect(await closing).toEqual([]);
    },
  },
  {
    id: 'close/denied',
    title: 'a revocation that is denied is not repeated, and close does not wait for it',
    async run(make) {
      const { clock, read, server, keeper } = bench(make, { leaseMs: hour });
      await read();
      let calls = 0;
      server.fault = () => {
        calls += 1;
        return new SecretError('permission_denied', 'denied.');
      };
      const closing = keeper.close({ revoke: true, withinMs: 5 * second });
      await clock.advance(second);
      expect(await Promise.race([closing, Promise.resolve('')])).toHaveLength(1);
      expect(calls).toBe(1);
    },
  },
  {
    id: 'close/no-steps',
    title: 'after close there is neither a renewal nor another credential',
    async run(make) {
      const { clock, read, server, keeper } = bench(make, { leaseMs: hour });
      await read();
      void keeper.close({ revoke: false, withinMs: second }); // it does not reject
      await clock.advance(3 * hour);
      expect([server.mints.length, server.renewals.length]).toEqual([1, 0]);
    },
  },
];
