import { createSecrets } from '@secretkit/core';
import {
  isSecretError,
  SecretError,
  type SecretErrorCode,
  type SecretProvider,
  type SecretRef,
  seal,
} from '@secretkit/core/provider';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { outcome } from '../../test/held-backend.js';
import { cache } from '../cache/index.js';
import { type FallThrough, fallback } from './index.js';

type Versions = Readonly<Record<string, string>>;

/** A provider of one name, `a`, with these values by version, the newest first, or with one failure. It records its calls. */
function versioned(name: string, versions: Versions | SecretErrorCode) {
  const calls: string[] = [];
  const read = (call: string): Versions => {
    calls.push(call);
    if (typeof versions === 'string') throw new SecretError(versions, 'as scripted.', { provider: name });
    return versions;
  };
  const provider = {
    name,
    async get({ version }, _ctx) {
      const values = read(`get ${version ?? 'current'}`);
      const value = version === undefined ? Object.values(values)[0] : values[version];
      return value === undefined ? undefined : seal(value);
    },
    async listVersions(_ref, _ctx) {
      return Object.keys(read('listVersions')).map((version) => ({ version }));
    },
  } satisfies SecretProvider;
  return { provider, calls };
}

function plain(name: string, value?: string) {
  const calls: string[] = [];
  const provider = {
    name,
    async get({ version }, _ctx) {
      calls.push(`get ${version ?? 'current'}`);
      return value === undefined ? undefined : seal(value);
    },
  } satisfies SecretProvider;
  return { provider, calls };
}

const v1: SecretRef = { name: 'a', version: 'v1' };

describe('a ref with a version', () => {
  it('is read from the providers that have versions, in order', async () => {
    const [env, first, second] = [
      plain('env', 'of env'),
      versioned('first', {}),
      versioned('second', { v1: 'one' }),
    ];
    const stack = fallback(env.provider, first.provider, second.provider);
    expect(await outcome(stack.get(v1, {}))).toBe('one');
    expect(await outcome(stack.get({ name: 'a' }, {}))).toBe('of env');
    expect([env.calls, first.calls, second.calls]).toEqual([['get current'], ['get v1'], ['get v1']]);
  });

  it('falls through to the next provider with versions, which the event names', async () => {
    const events: FallThrough[] = [];
    const [down, env, second] = [
      versioned('down', 'unavailable'),
      plain('env', 'of env'),
      versioned('second', { v1: 'one' }),
    ];
    const stack = fallback(down.provider, env.provider, second.provider, {
      onFallThrough: (event) => events.push(event),
    });
    expect(await outcome(stack.get(v1, {}))).toBe('one');
    const found = await createSecrets(stack).getMany({ v1, current: 'a' });
    expect([found.v1?.reveal(), found.current?.reveal()]).toEqual(['one', 'of env']);
    expect(events.map(({ next, refs }) => [next, refs.map(({ version }) => version)])).toEqual([
      ['second', ['v1']],
      ['second', ['v1']],
      ['env', [undefined]],
    ]);
    expect(env.calls).toEqual(['get current']);
  });

  it('is unsupported if no provider has versions, without a call', async () => {
    const [first, second] = [plain('first', 'value'), plain('second', 'value')];
    const stack = fallback(first.provider, second.provider);
    expect('listVersions' in stack).toBe(false);
    expect(await outcome(stack.get(v1, {}))).toBe('unsupported');
    expect(await outcome(createSecrets(stack).get(v1))).toBe('unsupported');
    expect([...first.calls, ...second.calls]).toEqual([]);
  });

  it('in a batch is missing only if each provider with versions misses it, and passes over the others', async () => {
    const calls: unknown[] = [];
    const batching: SecretProvider = {
      name: 'batching',
      get: async () => undefined,
      async getMany(refs) {
        calls.push(refs);
        return refs.map(() => undefined);
      },
    };
    const last = versioned('last', { v1: 'one' });
    const stack = fallback(batching, last.provider);
    const answers = await stack.getMany?.([v1, { name: 'a', version: 'v9' }], {});
    expect(answers?.map((answer) => (isSecretError(answer) ? answer.code : answer?.reveal()))).toEqual([
      'one',
      undefined,
    ]);
    expect(calls).toEqual([]);
  });

  it('is looked up in the memory of the first provider that has versions', async () => {
    const env: SecretProvider = {
      ...plain('env').provider,
      memory: { cached: () => () => ({ secret: seal('of env') }) },
    };
    const stack = fallback(env, cache()(versioned('store', { v1: 'one' }).provider));
    const look = (ref: SecretRef) => stack.memory?.cached?.(ref)(false)?.secret.reveal();
    expect([look(v1), look({ name: 'a' })]).toEqual([undefined, 'of env']);
  });
});

describe('listVersions', () => {
  it('returns the versions of the first provider that has any', async () => {
    const stack = fallback(
      plain('env', 'of env').provider,
      versioned('empty', {}).provider,
      versioned('store', { v2: 'two', v1: 'one' }).provider,
      versioned('other', { v3: 'three' }).provider,
    );
    expectTypeOf(stack).toHaveProperty('listVersions');
    expect(await stack.listVersions?.({ name: 'a' }, {})).toEqual([{ version: 'v2' }, { version: 'v1' }]);
  });

  it('of a secret that is missing everywhere is empty, and fails if one of the providers failed', async () => {
    const empty = versioned('empty', {}).provider;
    expect(await fallback(empty, versioned('other', {}).provider).listVersions?.({ name: 'a' }, {})).toEqual(
      [],
    );
    const down = versioned('down', 'unavailable').provider;
    await expect(fallback(down, empty).listVersions?.({ name: 'a' }, {})).rejects.toMatchObject({
      code: 'unavailable',
    });
  });

  it('is absent, by its type too, if no provider has it', () => {
    expectTypeOf(fallback(plain('env').provider)).not.toHaveProperty('listVersions');
  });
});

describe('a write', () => {
  it('is not there: no set, no compareAndSet, no delete', async () => {
    const store = {
      ...versioned('store', { v1: 'one' }).provider,
      set: async () => undefined,
      compareAndSet: async () => ({ version: 'v2' }),
      delete: async () => undefined,
    };
    const stack = fallback(store);
    expect(['set', 'compareAndSet', 'delete'].filter((method) => method in stack)).toEqual([]);
    expectTypeOf(stack).not.toHaveProperty('compareAndSet');
  });
});

describe('a lease', () => {
  const leasing = (name: string, held: string[], fails = false): SecretProvider => ({
    name,
    get: async () => undefined,
    hold(_ref, version) {
      if (fails) throw new SecretError('invalid_argument', 'unknown lease.', { provider: name });
      held.push(`${name} ${version}`);
      return { [Symbol.dispose]: () => void held.push(`${name} released`) };
    },
  });

  it('is held at each provider with leases, and released once', () => {
    const held: string[] = [];
    const stack = fallback(
      plain('env').provider,
      leasing('first', held, true),
      leasing('second', held),
      leasing('third', held),
    );
    const lease = stack.hold?.({ name: 'a' }, 'v1');
    lease?.[Symbol.dispose]();
    lease?.[Symbol.dispose]();
    expect(held).toEqual(['second v1', 'third v1', 'second released', 'third released']);
  });

  it('that no provider holds fails, and without leases there is no hold', () => {
    expect(() => fallback(leasing('first', [], true)).hold?.({ name: 'a' }, 'v1')).toThrow(
      expect.objectContaining({ code: 'invalid_argument' }),
    );
    expect('hold' in fallback(plain('env').provider)).toBe(false);
  });
});

describe('the canonical ref of a version', () => {
  const folding = (
    fold: (name: string) => string,
    toVersion = (version?: string) => version,
  ): SecretProvider => ({
    name: 'folding',
    get: async () => undefined,
    canonical({ name, version }) {
      const found = toVersion(version);
      return { name: fold(name), ...(found !== undefined && { version: found }) };
    },
  });
  const lower = (name: string): string => name.toLowerCase();

  it('has the version, and for all versions the same name', () => {
    for (const stack of [
      fallback(folding(lower), folding(lower)),
      fallback(
        folding(lower),
        folding((name) => name),
      ),
    ]) {
      const [current, first] = [
        stack.canonical?.({ name: 'A' }),
        stack.canonical?.({ name: 'A', version: 'v1' }),
      ];
      expect(first).toEqual({ ...current, version: 'v1' });
    }
  });

  it('differs for two versions that differ for one of the providers', () => {
    const stack = fallback(
      folding(lower),
      folding(lower, () => undefined),
    );
    const versions = [undefined, 'v1', 'v2'].map(
      (version) => stack.canonical?.({ name: 'a', ...(version !== undefined && { version }) }).version,
    );
    expect(new Set(versions).size).toBe(3);
    expect(versions[0]).toBe(undefined);
  });
});

describe('an invalidation that a provider reports', () => {
  it('is passed on, also if a provider before has the secret in memory', () => {
    const listeners: ((change: { readonly invalidate: SecretRef | undefined }) => void)[] = [];
    const first: SecretProvider = {
      ...plain('first').provider,
      memory: { cached: () => () => ({ secret: seal('value') }) },
    };
    const second: SecretProvider = {
      ...plain('second').provider,
      memory: {
        subscribe(listener) {
          listeners.push(listener);
          return () => undefined;
        },
      },
    };
    const changes: unknown[] = [];
    fallback(first, second).memory?.subscribe?.((change) => changes.push(change));
    for (const invalidate of [{ name: 'a' }, undefined]) listeners[0]?.({ invalidate });
    expect(changes).toEqual([{ invalidate: { name: 'a' } }, { invalidate: undefined }]);
  });
});
