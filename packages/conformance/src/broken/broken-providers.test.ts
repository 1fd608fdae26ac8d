import { setMaxListeners } from 'node:events';
import {
  isSecretError,
  type Secret,
  type SecretChange,
  SecretError,
  type SecretProvider,
  type SecretRef,
  seal,
} from '@secretkit/core/provider';
import type { FakeSecrets } from '@secretkit/testing';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { fakeHarness } from '../fake-harness.js';
import { providerTests } from '../provider-tests.js';
import { resultOf } from '../report.js';

type Provider = FakeSecrets['provider'];

/** A mistake that authors of adapters make, and the case that must catch it. */
interface Mistake {
  readonly mistake: string;
  readonly caughtBy: string;
  readonly make: (provider: Provider, fake: FakeSecrets) => SecretProvider;
}

/** A provider that changes each value that it reads. */
function changing(change: (secret: Secret, ref: SecretRef) => Secret | undefined) {
  return (provider: Provider): SecretProvider => ({
    name: 'broken',
    set: provider.set,
    delete: provider.delete,
    async get(ref, ctx) {
      const secret = await provider.get(ref, ctx);
      return secret && change(secret, ref);
    },
  });
}

/** A provider that reads and writes under another ref. */
function under(other: (ref: SecretRef) => SecretRef) {
  return ({ get, set, delete: remove }: Provider): SecretProvider => ({
    name: 'broken',
    get: (ref, ctx) => get(other(ref), ctx),
    set: (ref, secret, ctx) => set(other(ref), secret, ctx),
    delete: (ref, ctx) => remove(other(ref), ctx),
  });
}

const canary = 'CANARY-not-a-real-secret';

const mistakes: readonly Mistake[] = [
  {
    mistake: 'a missing secret is an error',
    caughtBy: 'reading/missing',
    make: ({ get }) => ({
      name: 'broken',
      async get(ref, ctx) {
        const secret = await get(ref, ctx);
        if (!secret) throw new SecretError('unavailable', 'the secret is missing.');
        return secret;
      },
    }),
  },
  {
    mistake: 'a missing secret is the string null',
    caughtBy: 'reading/missing',
    make: ({ get }) => ({ name: 'broken', get: async (ref, ctx) => (await get(ref, ctx)) ?? seal('null') }),
  },
  {
    mistake: 'a value is not sealed',
    caughtBy: 'reading/found',
    make: ({ get }) => ({
      name: 'broken',
      get: async (ref, ctx) => (await get(ref, ctx))?.reveal() as unknown as Secret,
    }),
  },
  {
    mistake: 'values are trimmed',
    caughtBy: 'reading/delicate-1',
    make: changing((secret) => seal(secret.reveal().trim(), secret)),
  },
  {
    mistake: 'values are interpolated',
    caughtBy: 'reading/delicate-2',
    make: changing((secret) => seal(secret.reveal().replace('$HOME', '/home'), secret)),
  },
  {
    mistake: 'values that look like numbers become numbers',
    caughtBy: 'reading/delicate-10',
    make: changing((secret) =>
      seal(Number(secret.reveal()) ? String(Number(secret.reveal())) : secret.reveal(), secret),
    ),
  },
  {
    mistake: 'values are stored in latin-1',
    caughtBy: 'reading/delicate-4',
    make: changing((secret) => seal(Buffer.from(secret.reveal(), 'latin1').toString('latin1'), secret)),
  },
  {
    mistake: 'a value ends at a NUL',
    caughtBy: 'reading/nul',
    make: changing((secret) => seal(secret.reveal().split('\0')[0] ?? '', secret)),
  },
  {
    mistake: 'the construction calls the backend',
    caughtBy: 'reading/construction',
    make: (provider) => {
      void provider.get({ name: 'warm-up' }, {});
      return provider;
    },
  },
  {
    mistake: 'all answers share one buffer',
    caughtBy: 'reading/at-once',
    make: ({ get }) => {
      let last: Secret | undefined;
      return {
        name: 'broken',
        async get(ref, ctx) {
          last = await get(ref, ctx);
          await Promise.resolve();
          return last;
        },
      };
    },
  },
  {
    mistake: 'a look returns an expired value',
    caughtBy: 'memory/look',
    make: (provider) => {
      const seen = new Map<string, Secret>();
      return {
        name: 'broken',
        async get(ref, ctx) {
          const secret = await provider.get(ref, ctx);
          if (secret) seen.set(ref.name, secret);
          return secret;
        },
        memory: {
          cached:
            ({ name }) =>
            (touch) => {
              const secret = touch ? undefined : seen.get(name);
              return secret && { secret };
            },
        },
      };
    },
  },
  {
    mistake: 'a look calls the backend',
    caughtBy: 'memory/look',
    make: ({ get }) => ({
      name: 'broken',
      get,
      memory: {
        cached: (ref) => () => {
          void get(ref, {});
          return undefined;
        },
      },
    }),
  },
  {
    mistake: 'a read from memory has no settled promise',
    caughtBy: 'memory/read',
    make: ({ get }) => {
      const seen = new Map<string, Secret>();
      return {
        name: 'broken',
        async get(ref, ctx) {
          const secret = await get(ref, ctx);
          if (secret) seen.set(ref.name, secret);
          return secret;
        },
        memory: {
          cached:
            ({ name }) =>
            () => {
              const secret = seen.get(name);
              return secret && { secret };
            },
        },
      };
    },
  },
  {
    mistake: 'a read from memory returns an expired value',
    caughtBy: 'memory/read',
    make: ({ get }) => {
      const seen = new Map<string, Secret>();
      return {
        name: 'broken',
        async get(ref, ctx) {
          const secret = await get(ref, ctx);
          if (secret) seen.set(ref.name, secret);
          return secret;
        },
        memory: {
          cached:
            ({ name }) =>
            () => {
              const secret = seen.get(name);
              return secret && { secret, settled: Promise.resolve(secret) };
            },
        },
      };
    },
  },
  {
    mistake: 'invalidate deletes from the backend',
    caughtBy: 'memory/invalidate',
    make: ({ get, delete: remove }) => {
      let deletion: Promise<void> | undefined;
      return {
        name: 'broken',
        async get(ref, ctx) {
          await deletion;
          return get(ref, ctx);
        },
        memory: {
          invalidate(target) {
            if (target && 'name' in target) deletion = remove(target, {});
          },
        },
      };
    },
  },
  {
    mistake: 'invalidate removes nothing',
    caughtBy: 'memory/invalidate',
    make: ({ get }) => {
      const copies = new Map<string, Secret>();
      return {
        name: 'broken',
        async get(ref, ctx) {
          const copy = copies.get(ref.name) ?? (await get(ref, ctx));
          if (copy) copies.set(ref.name, copy);
          return copy;
        },
        memory: { invalidate: () => undefined },
      };
    },
  },
  {
    mistake: 'a subscription does not end',
    caughtBy: 'memory/subscribe',
    make: ({ get }) => {
      const listeners = new Set<(change: SecretChange) => void>();
      let last: string | undefined;
      return {
        name: 'broken',
        async get(ref, ctx) {
          const secret = await get(ref, ctx);
          if (secret && last !== undefined && secret.reveal() !== last) {
            for (const listener of listeners) listener({ ref, secret });
          }
          last = secret?.reveal();
          return secret;
        },
        memory: {
          subscribe(listener) {
            listeners.add(listener);
            return () => undefined;
          },
        },
      };
    },
  },
  {
    mistake: 'a listener gets the old value',
    caughtBy: 'memory/subscribe',
    make: ({ get }) => {
      const listeners = new Set<(change: SecretChange) => void>();
      let last: Secret | undefined;
      return {
        name: 'broken',
        async get(ref, ctx) {
          const secret = await get(ref, ctx);
          if (last && secret?.reveal() !== last.reveal()) {
            for (const listener of listeners) listener({ ref, secret: last });
          }
          last = secret;
          return secret;
        },
        memory: {
          subscribe(listener) {
            listeners.add(listener);
            return () => void listeners.delete(listener);
          },
        },
      };
    },
  },
  { mistake: 'the scope is ignored', caughtBy: 'names/unscoped', make: under(({ name }) => ({ name })) },
  {
    mistake: 'user and name are joined with a colon',
    caughtBy: 'names/alike-2',
    make: under(({ name, scope }) => ({ name: [scope?.account, scope?.user, name].join(':') })),
  },
  {
    mistake: 'account and user are one field',
    caughtBy: 'names/alike-3',
    make: under(({ name, scope }) => ({ name, scope: { user: scope?.account ?? scope?.user ?? 'nobody' } })),
  },
  {
    mistake: 'names lose their case',
    caughtBy: 'names/case',
    make: under((ref) => ({ ...ref, name: ref.name === 'case' ? 'Case' : ref.name })),
  },
  {
    mistake: 'names are resolved as paths',
    caughtBy: 'names/path-2',
    make: under((ref) => ({ ...ref, name: new URL(ref.name, 'file:///').pathname.slice(1) || 'root' })),
  },
  {
    mistake: 'the store is an object with a prototype',
    caughtBy: 'names/ordinary-constructor',
    make: ({ get }) => {
      const legacy: Record<string, unknown> = {};
      return {
        name: 'broken',
        get: async (ref, ctx) => (legacy[ref.name] === undefined ? get(ref, ctx) : seal('of a prototype')),
      };
    },
  },
  {
    mistake: 'seconds are read as milliseconds',
    caughtBy: 'expiry/exact',
    make: changing((secret) =>
      seal(secret.reveal(), secret.expiresAt && { expiresAt: new Date(secret.expiresAt.getTime() / 1_000) }),
    ),
  },
  {
    mistake: 'the expiry is lost',
    caughtBy: 'expiry/exact',
    make: changing((secret) => seal(secret.reveal())),
  },
  {
    mistake: 'a value without an expiry has an expiry of zero',
    caughtBy: 'expiry/none',
    make: changing((secret) => seal(secret.reveal(), { expiresAt: secret.expiresAt ?? new Date(0) })),
  },
  {
    mistake: 'copies are kept past their expiry',
    caughtBy: 'expiry/end',
    make: ({ get, set, delete: remove }) => {
      const copies = new Map<string, Secret>();
      return {
        name: 'broken',
        set,
        delete: remove,
        async get(ref, ctx) {
          const copy = copies.get(ref.name) ?? (await get(ref, ctx));
          if (copy) copies.set(ref.name, copy);
          return copy;
        },
        memory: {
          invalidate: () => {
            copies.clear();
          },
        },
      };
    },
  },
  {
    mistake: 'the old expiry remains when a value is replaced',
    caughtBy: 'writing/replace',
    make: ({ get, set }) => ({
      name: 'broken',
      get,
      async set(ref, secret, ctx) {
        const { expiresAt } = (await get(ref, ctx)) ?? {};
        await set(ref, seal(secret.reveal(), { expiresAt: secret.expiresAt ?? expiresAt }), ctx);
      },
    }),
  },
  {
    mistake: 'a write does nothing',
    caughtBy: 'writing/set',
    make: ({ get }) => ({ name: 'broken', get, set: async () => undefined }),
  },
  {
    mistake: 'the delete of a missing secret fails',
    caughtBy: 'writing/delete-missing',
    make: ({ get, delete: remove }) => ({
      name: 'broken',
      get,
      async delete(ref, ctx) {
        if (!(await get(ref, ctx))) throw new SecretError('conflict', 'the secret is missing.');
        await remove(ref, ctx);
      },
    }),
  },
  {
    mistake: 'only the first page is listed',
    caughtBy: 'lists/all',
    make: ({ get, list }) => ({
      name: 'broken',
      get,
      list: async (query, ctx) => ({ refs: (await list(query, ctx)).refs }),
    }),
  },
  {
    mistake: 'the cursor does not move',
    caughtBy: 'lists/pages',
    make: ({ get, list }) => ({
      name: 'broken',
      get,
      list: async ({ cursor: _, ...query }, ctx) => list(query, ctx),
    }),
  },
  {
    mistake: 'a list shows every scope',
    caughtBy: 'lists/scopes',
    make: ({ get, list }) => ({
      name: 'broken',
      get,
      async list(query, ctx) {
        const own = await list(query, ctx);
        const others = query.scope ? await list({}, ctx) : await list({ scope: { user: 'acct_user' } }, ctx);
        return { ...own, refs: [...own.refs, ...others.refs] };
      },
    }),
  },
  {
    mistake: 'a list has the values',
    caughtBy: 'lists/values',
    make: ({ get, list }) => ({
      name: 'broken',
      get,
      async list(query, ctx) {
        const page = await list(query, ctx);
        const values = await Promise.all(page.refs.map(async (ref) => (await get(ref, ctx))?.reveal()));
        return { ...page, refs: page.refs.map((ref, at) => ({ ...ref, value: values[at] })) };
      },
    }),
  },
  {
    mistake: 'a batch is a loop',
    caughtBy: 'batches/provider',
    make: ({ get }) => ({
      name: 'broken',
      get,
      getMany: (refs, ctx) => Promise.all(refs.map((ref) => get(ref, ctx))),
    }),
  },
  {
    mistake: 'a batch omits missing secrets',
    caughtBy: 'batches/order',
    make: ({ get, getMany }) => ({
      name: 'broken',
      get,
      getMany: async (refs, ctx) => (await getMany(refs, ctx)).filter((answer) => answer !== undefined),
    }),
  },
  {
    mistake: 'the answers of a batch are in the order of the backend',
    caughtBy: 'batches/order',
    make: ({ get, getMany }) => ({
      name: 'broken',
      get,
      getMany: (refs, ctx) =>
        getMany(
          [...refs].sort((one, other) => (one.name < other.name ? -1 : 1)),
          ctx,
        ),
    }),
  },
  {
    mistake: 'every failure looks like a missing secret',
    caughtBy: 'errors/serverError',
    make: ({ get }) => ({ name: 'broken', get: (ref, ctx) => get(ref, ctx).catch(() => undefined) }),
  },
  {
    mistake: 'a denial looks like an outage',
    caughtBy: 'errors/forbidden',
    make: ({ get }) => ({
      name: 'broken',
      get: (ref, ctx) =>
        get(ref, ctx).catch((error: unknown) => {
          throw isSecretError(error, 'permission_denied')
            ? new SecretError('unavailable', 'try again.')
            : error;
        }),
    }),
  },
  {
    mistake: 'an error quotes the value',
    caughtBy: 'errors/serverError',
    make: ({ get }) => ({
      name: 'broken',
      get: (ref, ctx) =>
        get(ref, ctx).catch(() => {
          throw new SecretError('unavailable', `could not parse {"payload":"${canary}"}.`);
        }),
    }),
  },
  {
    mistake: 'an error of a write quotes the request',
    caughtBy: 'errors/serverError-writing',
    make: ({ get, set }) => ({
      name: 'broken',
      get,
      set: (ref, secret, ctx) =>
        set(ref, secret, ctx).catch(() => {
          throw new SecretError('unavailable', `could not write ${btoa(secret.reveal())}.`);
        }),
    }),
  },
  {
    mistake: 'an abort does not reach the backend',
    caughtBy: 'cancelling/in-flight-get',
    make: ({ get }) => ({ name: 'broken', get: (ref) => get(ref, {}) }),
  },
  {
    mistake: 'listeners remain on the signal',
    caughtBy: 'cancelling/listeners',
    make: ({ get }) => ({
      name: 'broken',
      get(ref, ctx) {
        if (ctx.signal) setMaxListeners(0, ctx.signal); // no warning
        ctx.signal?.addEventListener('abort', () => undefined);
        return get(ref, ctx);
      },
    }),
  },
  {
    mistake: 'closing twice fails',
    caughtBy: 'closing/twice',
    make: ({ get }) => {
      let open = true;
      return {
        name: 'broken',
        get,
        async [Symbol.asyncDispose]() {
          if (!open) throw new SecretError('closed', 'it is closed.');
          open = false;
        },
      };
    },
  },
  {
    mistake: 'a public field of the provider has the values',
    caughtBy: 'secrecy/provider',
    make: ({ get }) => {
      const cache: Record<string, string | undefined> = {};
      const provider = {
        name: 'broken',
        cache,
        async get(ref: SecretRef, ctx: object) {
          const secret = await get(ref, ctx);
          cache[ref.name] = secret?.reveal();
          return secret;
        },
      };
      return provider;
    },
  },
  {
    mistake: 'a debug line remains',
    caughtBy: 'secrecy/output',
    make: changing((secret) => {
      if (secret.reveal().startsWith('CANARY')) console.debug(`read ${secret.reveal()}`);
      return secret;
    }),
  },
];

beforeEach(() => {
  vi.spyOn(console, 'debug').mockReturnValue(undefined);
});

describe('a provider with a mistake is caught by the case that names it', () => {
  it.each(mistakes)('$mistake: $caughtBy', async ({ caughtBy, make }) => {
    const { tests } = providerTests(fakeHarness((fake) => make(fake.provider, fake)));
    const test = tests.find(({ id }) => id === caughtBy);
    if (!test) throw new Error(`no case ${caughtBy}`);
    const { passed, failure } = await resultOf(test);
    expect(passed).toBe(false);
    expect(failure).toMatch(/expected .*, got .*Reason: |leaked through .*Reason: /s);
    expect(failure).not.toContain('CANARY');
  });
});

it('the provider that they are based on has no mistake', async () => {
  const { tests } = providerTests(fakeHarness(({ provider }) => provider));
  const results = await Promise.all(tests.filter(({ id }) => id !== 'secrecy/output').map(resultOf));
  expect(results.filter(({ passed }) => !passed)).toEqual([]);
});
