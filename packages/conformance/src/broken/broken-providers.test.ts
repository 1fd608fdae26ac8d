import { setMaxListeners } from 'node:events';
import {
  type CachedSecret,
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
import { expectCaught } from '../../test/expect-caught.js';
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

/** A provider that reads bytes as texts. */
function decodingBytes(decode: (value: Uint8Array) => string) {
  return changing((secret) => (secret.format === 'base64' ? seal(decode(secret.bytes())) : secret));
}

/** A provider that answers from the values that it has returned. */
function remembering(cached: (secret: Secret | undefined, touch: boolean) => CachedSecret | undefined) {
  return ({ get }: Provider): SecretProvider => {
    const returned = new Map<string, Secret>();
    return {
      name: 'broken',
      async get(ref, ctx) {
        const secret = await get(ref, ctx);
        if (secret) returned.set(ref.name, secret);
        return secret;
      },
      memory: {
        cached:
          ({ name }) =>
          (touch) =>
            cached(returned.get(name), touch),
      },
    };
  };
}

/** A provider that revokes a credential as soon as one of its holds ends. */
function leasing({ get, delete: remove }: Provider): SecretProvider {
  return {
    name: 'broken',
    get,
    hold: (ref) => ({ [Symbol.dispose]: () => void remove(ref, {}) }),
  };
}

function withoutVersion({ name, scope }: SecretRef): SecretRef {
  return scope ? { name, scope } : { name };
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
    make: remembering((secret, touch) => (secret && !touch ? { secret } : undefined)),
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
    make: remembering((secret) => secret && { secret }),
  },
  {
    mistake: 'a read from memory returns an expired value',
    caughtBy: 'memory/read',
    make: remembering((secret) => secret && { secret, settled: Promise.resolve(secret) }),
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
    mistake: 'versions are listed oldest first',
    caughtBy: 'versions/list',
    make: ({ get, listVersions }) => ({
      name: 'broken',
      get,
      listVersions: async (ref, ctx) => [...(await listVersions(ref, ctx))].reverse(),
    }),
  },
  {
    mistake: 'the versions of a missing secret are an error',
    caughtBy: 'versions/none',
    make: ({ get, listVersions }) => ({
      name: 'broken',
      get,
      async listVersions(ref, ctx) {
        const listed = await listVersions(ref, ctx);
        if (listed.length === 0) throw new SecretError('unavailable', 'the secret is missing.');
        return listed;
      },
    }),
  },
  ...['versions/read', 'versions/unknown', 'versions/deleted'].map(
    (caughtBy): Mistake => ({
      mistake: 'the version of a ref is ignored',
      caughtBy,
      make: ({ get, delete: remove, listVersions }) => ({
        name: 'broken',
        get: async (ref, ctx) =>
          (await get({ name: ref.name, ...(ref.scope && { scope: ref.scope }) }, ctx)) ??
          (caughtBy === 'versions/deleted' && ref.version ? seal('first') : undefined),
        delete: remove,
        listVersions,
      }),
    }),
  ),
  {
    mistake: 'a batch ignores the versions of its refs',
    caughtBy: 'versions/batch',
    make: ({ get, getMany, listVersions }) => ({
      name: 'broken',
      get,
      getMany: (refs, ctx) => getMany(refs.map(withoutVersion), ctx),
      listVersions,
    }),
  },
  {
    mistake: 'a stage remains at the version that it named first',
    caughtBy: 'versions/stage',
    make: ({ get, listVersions }) => {
      const stages = new Map<string, Secret | undefined>();
      return {
        name: 'broken',
        async get(ref, ctx) {
          if (ref.version !== 'current') return get(ref, ctx);
          if (!stages.has(ref.name)) stages.set(ref.name, await get(ref, ctx));
          return stages.get(ref.name);
        },
        listVersions,
      };
    },
  },
  {
    mistake: 'an unknown version is an error',
    caughtBy: 'versions/unknown',
    make: ({ get, listVersions }) => ({
      name: 'broken',
      listVersions,
      async get(ref, ctx) {
        const secret = await get(ref, ctx);
        if (!secret && ref.version) throw new SecretError('invalid_argument', 'no such version.');
        return secret;
      },
    }),
  },
  {
    mistake: 'versions are listed and read without their scope',
    caughtBy: 'versions/scopes',
    make: ({ get, listVersions }) => {
      const seen: SecretRef[] = [];
      return {
        name: 'broken',
        listVersions,
        async get(ref, ctx) {
          seen.push(ref);
          const own = await get(ref, ctx);
          const elsewhere = seen.find(({ scope, version }) => scope && version === ref.version);
          return own ?? (ref.version && elsewhere ? get(elsewhere, ctx) : undefined);
        },
      };
    },
  },
  {
    mistake: 'a version has no expiry',
    caughtBy: 'versions/expiry',
    make: ({ get, listVersions }) => {
      const kept = new Map<string, Secret | undefined>();
      return {
        name: 'broken',
        listVersions,
        async get(ref, ctx) {
          if (ref.version === undefined) return get(ref, ctx);
          if (!kept.has(ref.version)) kept.set(ref.version, await get(ref, ctx));
          return kept.get(ref.version);
        },
      };
    },
  },
  {
    mistake: 'a write does not return its version',
    caughtBy: 'versions/written',
    make: ({ get, set, listVersions }) => ({
      name: 'broken',
      get,
      listVersions,
      async set(ref, secret, ctx) {
        await set(ref, secret, ctx);
      },
    }),
  },
  {
    mistake: 'a look ignores the version',
    caughtBy: 'versions/look',
    make: (provider) => {
      let last: Secret | undefined;
      return {
        name: 'broken',
        async get(ref, ctx) {
          last = await provider.get(ref, ctx);
          return last;
        },
        memory: { cached: () => () => last && { secret: last } },
      };
    },
  },
  ...(
    [
      ['comparing/wrong', 'compareAndSet does not compare'],
      ['comparing/exists', 'compareAndSet replaces an existing secret'],
      ['comparing/deleted', 'compareAndSet creates a deleted secret again'],
    ] as const
  ).map(
    ([caughtBy, mistake]): Mistake => ({
      mistake,
      caughtBy,
      make: ({ set, ...provider }) => ({
        ...provider,
        name: 'broken',
        compareAndSet: async (ref, secret, _expected, ctx) => ({
          version: (await set(ref, secret, ctx))?.version ?? '',
        }),
      }),
    }),
  ),
  ...(['comparing/right', 'comparing/create', 'comparing/lost-before-replace'] as const).map(
    (caughtBy): Mistake => ({
      mistake: 'compareAndSet returns a version of its own',
      caughtBy,
      make: (provider) => ({
        ...provider,
        name: 'broken',
        async compareAndSet(ref, secret, expected, ctx) {
          await provider.compareAndSet(ref, secret, expected, ctx);
          return { version: 'of its own' };
        },
      }),
    }),
  ),
  ...(['comparing/at-once-replace', 'comparing/at-once-create'] as const).map(
    (caughtBy): Mistake => ({
      mistake: 'compareAndSet is a read and then a write',
      caughtBy,
      make: ({ set, ...provider }) => ({
        ...provider,
        name: 'broken',
        async compareAndSet(ref, secret, expected, ctx) {
          const current = await provider.get(ref, ctx);
          if (current?.version !== expected) throw new SecretError('conflict', 'it differs.');
          return { version: (await set(ref, secret, ctx))?.version ?? '' };
        },
      }),
    }),
  ),
  {
    mistake: 'the version is a hash of the value',
    caughtBy: 'comparing/recreated',
    make: ({ set, ...provider }) => {
      const versionOf = (secret: Secret): string => `hash-of-${secret.reveal()}`;
      const get: SecretProvider['get'] = async (ref, ctx) => {
        const secret = await provider.get(ref, ctx);
        return secret && seal(secret.reveal(), { version: versionOf(secret) });
      };
      return {
        name: 'broken',
        get,
        async compareAndSet(ref, secret, expected, ctx) {
          const current = await get(ref, ctx);
          if (current?.version !== expected) throw new SecretError('conflict', 'it differs.');
          await set(ref, secret, ctx);
          return { version: versionOf(secret) };
        },
      };
    },
  },
  {
    mistake: 'compareAndSet ignores the scope',
    caughtBy: 'comparing/scopes',
    make: (provider) => ({
      ...provider,
      name: 'broken',
      async compareAndSet({ name }, secret, expected, ctx) {
        const current = await provider.get({ name }, ctx);
        return provider.compareAndSet({ name }, secret, expected && current?.version, ctx);
      },
    }),
  },
  ...(['comparing/lost-after-replace', 'comparing/lost-after-create', 'comparing/lost-equal'] as const).map(
    (caughtBy): Mistake => ({
      mistake: 'an open outcome is a conflict',
      caughtBy,
      make: (provider) => ({
        ...provider,
        name: 'broken',
        compareAndSet: (ref, secret, expected, ctx) =>
          provider.compareAndSet(ref, secret, expected, ctx).catch(() => {
            throw new SecretError('conflict', 'it may differ.');
          }),
      }),
    }),
  ),
  {
    mistake: 'a lost connection looks like a rate limit',
    caughtBy: 'comparing/lost-before-create',
    make: (provider) => ({
      ...provider,
      name: 'broken',
      compareAndSet: (ref, secret, expected, ctx) =>
        provider.compareAndSet(ref, secret, expected, ctx).catch(() => {
          throw new SecretError('rate_limited', 'too many calls.');
        }),
    }),
  },
  {
    mistake: 'a lost compareAndSet is repeated as a set',
    caughtBy: 'comparing/lost-other',
    make: ({ set, ...provider }) => ({
      ...provider,
      name: 'broken',
      compareAndSet: (ref, secret, expected, ctx) =>
        provider.compareAndSet(ref, secret, expected, ctx).catch(async () => ({
          version: (await set(ref, secret, ctx))?.version ?? '',
        })),
    }),
  },
  {
    mistake: 'bytes are decoded as UTF-8',
    caughtBy: 'bytes/delicate-1',
    make: decodingBytes((value) => new TextDecoder().decode(value)),
  },
  {
    mistake: 'bytes lose their byte order mark',
    caughtBy: 'bytes/delicate-4',
    make: changing((secret) => (secret.format === 'base64' ? seal(secret.bytes().slice(3)) : secret)),
  },
  {
    mistake: 'bytes are read as their base64',
    caughtBy: 'bytes/format',
    make: changing((secret) => seal(secret.reveal(), { version: secret.version })),
  },
  {
    mistake: 'a text that looks like base64 is read as bytes',
    caughtBy: 'bytes/format',
    make: changing((secret) =>
      /^[\w+/]+=*$/.test(secret.reveal()) ? seal(Buffer.from(secret.reveal(), 'base64')) : secret,
    ),
  },
  {
    mistake: 'every value is read as bytes',
    caughtBy: 'bytes/text',
    make: changing((secret) => seal(secret.bytes())),
  },
  {
    mistake: 'bytes of other programs are decoded as UTF-8',
    caughtBy: 'bytes/read',
    make: decodingBytes((value) => new TextDecoder().decode(value)),
  },
  {
    mistake: 'the last bytes are a public field',
    caughtBy: 'bytes/secrecy',
    make: ({ get }) => {
      const broken = {
        name: 'broken',
        last: '',
        async get(ref: SecretRef, ctx: object) {
          const secret = await get(ref, ctx);
          broken.last = secret?.reveal() ?? '';
          return secret;
        },
      };
      return broken;
    },
  },
  {
    mistake: 'the end of one hold revokes the credential of another',
    caughtBy: 'holding/twice',
    make: leasing,
  },
  {
    mistake: 'the last hold revokes what a plain get returned',
    caughtBy: 'holding/plain-get',
    make: leasing,
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
    mistake: 'a list that ends early is complete',
    caughtBy: 'lists/cut',
    make: ({ get, list }) => ({
      name: 'broken',
      get,
      list: (query, ctx) => list(query, ctx).catch(() => ({ refs: [] })),
    }),
  },
  {
    mistake: 'the last page has an empty cursor',
    caughtBy: 'lists/pages',
    make: ({ get, list }) => ({
      name: 'broken',
      get,
      list: async (query, ctx) => ({ cursor: '', ...(await list(query, ctx)) }),
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
    await expectCaught(tests, caughtBy);
  });
});

it('the provider that they are based on has no mistake', async () => {
  const { tests } = providerTests(fakeHarness(({ provider }) => provider));
  const results = await Promise.all(tests.filter(({ id }) => id !== 'secrecy/output').map(resultOf));
  expect(results.filter(({ passed }) => !passed)).toEqual([]);
});
