import { type CallContext, SecretError, type SecretRef } from '@secretkit/core/provider';
import type { Lease, LeaseBackend } from '../../src/leases/lease.js';
import { type LeaseKeeper, leaseKeeper } from '../../src/leases/lease-keeper.js';
import type { MakeKeeper } from './lease-cases.js';

/** A keeper with one mistake, and the case that must find it. */
export interface Mistake {
  readonly mistake: string;
  readonly caughtBy: string;
  readonly make: MakeKeeper;
}

/** A keeper that sees another server than there is. */
function behind(change: (backend: LeaseBackend) => Partial<LeaseBackend>): MakeKeeper {
  return (options) =>
    leaseKeeper({ ...options, backend: { ...options.backend, ...change(options.backend) } });
}

/** A keeper with some methods of its own. */
function changed(
  change: (keeper: LeaseKeeper, options: Parameters<MakeKeeper>[0]) => Partial<LeaseKeeper>,
): MakeKeeper {
  return (options) => {
    const keeper = leaseKeeper(options);
    return { ...keeper, ...change(keeper, options) };
  };
}

/** Ends a renewal that failed as if the lease were lost, as clients do that take any 400 for it. */
const losing = behind(({ renew }) => ({
  renew: (...args) => renew(...args).catch(() => 'lost' as const),
}));

export const mistakes: readonly Mistake[] = [
  {
    mistake: 'each read makes a credential',
    caughtBy: 'sharing/one-lease',
    make: (options) => ({ ...leaseKeeper(options), get: (...args) => leaseKeeper(options).get(...args) }),
  },
  {
    mistake: 'a lease is renewed at half of its length',
    caughtBy: 'renewal/two-thirds',
    make: (options) => leaseKeeper({ ...options, random: () => 2.5 }),
  },
  {
    mistake: 'all processes renew at the same time',
    caughtBy: 'renewal/jitter',
    make: (options) => leaseKeeper({ ...options, random: () => 0 }),
  },
  {
    mistake: 'a renewal asks for a second',
    caughtBy: 'renewal/increment',
    make: behind(({ renew }) => ({ renew: (id, _, signal) => renew(id, 1_000, signal) })),
  },
  ...[1, 2, 3, 4, 5].map((at) => ({
    mistake: `failure ${at} of a renewal is taken for the end of the lease`,
    caughtBy: `renewal/failure-${at}`,
    make: losing,
  })),
  {
    mistake: 'a renewal without an answer is the last one',
    caughtBy: 'renewal/hang',
    make: behind(({ renew }) => {
      let failed: Promise<never> | undefined;
      return {
        renew: (...args) =>
          failed ?? renew(...args).catch((error: unknown) => (failed = Promise.reject(error))),
      };
    }),
  },
  {
    mistake: 'a lease that is lost is renewed again',
    caughtBy: 'renewal/lost',
    make: behind(({ renew }) => ({
      async renew(...args) {
        const renewal = await renew(...args);
        if (renewal !== 'lost') return renewal;
        throw new SecretError('unavailable', 'lost.');
      },
    })),
  },
  {
    mistake: 'a renewal that was cut is believed to be complete',
    caughtBy: 'end/maximum',
    make: behind(({ renew }) => ({
      async renew(id, ms, signal) {
        const renewal = await renew(id, ms, signal);
        return renewal === 'lost' ? renewal : { durationMs: ms };
      },
    })),
  },
  {
    mistake: 'a credential is served past its end',
    caughtBy: 'end/bound',
    make: behind(({ mint }) => ({
      async mint(...args) {
        const lease = (await mint(...args)) as Lease;
        return { ...lease, durationMs: lease.durationMs * 10 };
      },
    })),
  },
  {
    mistake: 'the age of a lease is ignored',
    caughtBy: 'end/age',
    make: behind(({ mint }) => ({
      async mint(...args) {
        const lease = (await mint(...args)) as Lease;
        return { ...lease, ageMs: 0 };
      },
    })),
  },
  ...['end/login', 'end/login-renewed'].map((caughtBy) => ({
    mistake: 'the life of the login is ignored',
    caughtBy,
    make: behind(({ mint }) => ({
      async mint(...args) {
        const lease = (await mint(...args)) as Lease;
        return { ...lease, login: undefined };
      },
    })),
  })),
  {
    mistake: 'a lease that is not renewable is renewed',
    caughtBy: 'end/not-renewable',
    make: behind(({ mint }) => ({
      async mint(...args) {
        const lease = (await mint(...args)) as Lease;
        return { ...lease, renewable: true };
      },
    })),
  },
  {
    mistake: 'a credential is dropped when its replacement is due',
    caughtBy: 'end/replacement-fails',
    make: changed(({ get }, { clock }) => ({
      async get(ref, ctx) {
        const secret = await get(ref, ctx);
        const isDue = Number(secret?.refreshAt) <= clock.read().wallMs;
        if (isDue) throw new SecretError('unavailable', 'due.');
        return secret;
      },
    })),
  },
  {
    mistake: 'the dates of the first answer are kept',
    caughtBy: 'dates/refresh-and-expiry',
    make: changed(({ get }) => {
      let first: ReturnType<LeaseKeeper['get']> | undefined;
      return { get: (ref, ctx) => (first ??= get(ref, ctx)) };
    }),
  },
  {
    mistake: 'a lease follows the monotonic clock only',
    caughtBy: 'dates/clock-set',
    make: (options) => {
      const { clock } = options;
      const startMs = clock.read().wallMs;
      const read = () => ({ ...clock.read(), wallMs: startMs + clock.read().monotonicMs });
      return leaseKeeper({ ...options, clock: { ...clock, read } });
    },
  },
  {
    mistake: 'a fresh read gets what the others get',
    caughtBy: 'fresh/another',
    make: changed(({ get }) => ({ get: (ref, ctx) => get(ref, { ...ctx, fresh: false }) })),
  },
  ...['fresh/shared', 'fresh/rate', 'fresh/after-renewal'].map((caughtBy) => ({
    mistake: 'each fresh read makes a credential',
    caughtBy,
    make: changed(({ get }, options) => ({
      get: (ref, ctx) => (ctx.fresh ? leaseKeeper(options).get(ref, ctx) : get(ref, ctx)),
    })),
  })),
  {
    mistake: 'a lease is renewed although nobody reads it',
    caughtBy: 'lapse/unread',
    make: changed(({ get, hold }) => ({ get: (ref, ctx) => holding(get, hold, ref, ctx) })),
  },
  ...['lapse/held', 'hold/revoked'].map((caughtBy) => ({
    mistake: 'a hold does nothing',
    caughtBy,
    make: changed(() => ({ hold: () => ({ [Symbol.dispose]: () => undefined }) })),
  })),
  {
    mistake: 'a request ends with the reader that started it',
    caughtBy: 'mint/outlives-its-reader',
    make: (options) => {
      let reader: AbortSignal | undefined;
      const backend: LeaseBackend = {
        ...options.backend,
        mint: (ref, signal) => options.backend.mint(ref, reader ?? signal),
      };
      const keeper = leaseKeeper({ ...options, backend });
      return {
        ...keeper,
        get(ref, ctx) {
          reader = ctx.signal;
          return keeper.get(ref, ctx);
        },
      };
    },
  },
  {
    mistake: 'a late answer is dropped',
    caughtBy: 'mint/late',
    make: behind(({ mint }) => ({
      async mint(ref, signal) {
        const lease = await mint(ref, signal);
        if (signal.aborted) throw signal.reason;
        return lease;
      },
    })),
  },
  {
    mistake: 'a failure is remembered',
    caughtBy: 'mint/failure',
    make: changed(({ get }) => {
      let failed: Promise<never> | undefined;
      return {
        get: (ref, ctx) =>
          failed ?? get(ref, ctx).catch((error: unknown) => (failed = Promise.reject(error))),
      };
    }),
  },
  {
    mistake: 'a lease that is given again counts as another one',
    caughtBy: 'mint/same-again',
    make: behind(({ mint }) => {
      let count = 0;
      return {
        async mint(...args) {
          const lease = (await mint(...args)) as Lease;
          count += 1;
          if (count > 1_000) throw new SecretError('unavailable', 'a loop.');
          return { ...lease, id: `${lease.id}-${count}` };
        },
      };
    }),
  },
  {
    mistake: 'a credential is revoked when a holder lets go',
    caughtBy: 'hold/current',
    make: changed(({ hold }, { backend }) => ({
      hold(ref, version) {
        hold(ref, version);
        return {
          [Symbol.dispose]: () => void backend.revoke(`${ref.name}/${version}`, new AbortController().signal),
        };
      },
    })),
  },
  {
    mistake: 'a plain get is not remembered',
    caughtBy: 'hold/plain-get',
    make: changed(({ get }) => {
      let isRead = false;
      return {
        get(ref, ctx) {
          if (isRead) return get(ref, ctx.fresh ? ctx : { ...ctx, fresh: true });
          isRead = true;
          return get(ref, { ...ctx, fresh: true });
        },
      };
    }),
  },
  ...['close/revokes', 'close/repeats'].map((caughtBy) => ({
    mistake: 'close revokes nothing, and says so of nothing',
    caughtBy,
    make: changed(({ close }) => ({ close: async () => close({ revoke: false, withinMs: 0 }) })),
  })),
  {
    mistake: 'close reports nothing',
    caughtBy: 'close/bounded',
    make: changed(({ close }) => ({ close: async (...args) => (await close(...args)).slice(1) })),
  },
  {
    mistake: 'a revocation that is denied is repeated',
    caughtBy: 'close/denied',
    make: behind(({ revoke }) => ({
      revoke: (...args) =>
        revoke(...args).catch(() => Promise.reject(new SecretError('unavailable', 'denied.'))),
    })),
  },
  {
    mistake: 'renewals go on after close',
    caughtBy: 'close/no-steps',
    make: changed(({ hold }) => ({ close: async () => [], hold })),
  },
];

async function holding(
  get: LeaseKeeper['get'],
  hold: LeaseKeeper['hold'],
  ref: SecretRef,
  ctx: CallContext,
): ReturnType<LeaseKeeper['get']> {
  const secret = await get(ref, ctx);
  hold(ref, secret?.version ?? '');
  return secret;
}
