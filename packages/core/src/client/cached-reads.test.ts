import { describe, expect, it } from 'vitest';
import { type CachedReader, type SecretProvider, settled } from '../contract/provider.js';
import type { SecretRef } from '../contract/ref.js';
import { isSecret, seal } from '../contract/secret.js';
import { around, type Policy } from '../kernel/around.js';
import { defineMiddleware } from '../kernel/define-middleware.js';
import { createSecrets } from './create-secrets.js';

/** A stack that holds every value in memory, and records its calls. */
function setUp() {
  const seen: string[] = [];
  let held = true;
  const secret = seal('value');
  const answer = settled(secret);
  const cached = ({ name, scope }: SecretRef): CachedReader => {
    seen.push(`cached ${name}${scope ? ` of ${scope.user}` : ''}`);
    return (touch) => {
      seen.push(touch ? 'read' : 'look');
      return held ? { secret, settled: answer } : undefined;
    };
  };
  const provider: SecretProvider = {
    name: 'holding',
    get: ({ name }, { fresh }) => {
      seen.push(`get ${name}${fresh ? ', fresh' : ''}`);
      return answer;
    },
    memory: { cached },
  };
  return { provider, seen, answer, evict: () => (held = false) };
}

describe('a repeated read of a name', () => {
  it('returns the promise of the memory itself', async () => {
    const { provider, seen, answer } = setUp();
    const secrets = createSecrets(provider);
    await secrets.get('a');
    expect(secrets.get('a')).toBe(answer);
    expect(secrets.require('a')).toBe(answer);
    expect(secrets.peek('a')?.reveal()).toBe('value');
    expect(seen).toEqual(['get a', 'cached a', 'read', 'read', 'look']);
  });

  it('keeps the shortcut of a name in use while thousands of other names pass', async () => {
    const { provider, seen } = setUp();
    const secrets = createSecrets(provider);
    for (let at = 0; at < 5_000; at += 1) {
      await secrets.get(`name-${at}`);
      if (at % 100 === 0) await secrets.get('a');
    }
    expect(seen.filter((call) => call === 'cached a')).toHaveLength(1);
  });

  it('drops the shortcut of a name that was not used for a thousand others', async () => {
    const { provider, seen } = setUp();
    const secrets = createSecrets(provider);
    for (let at = 0; at < 2; at += 1) await secrets.get('a');
    for (let at = 0; at < 1_000; at += 1) await secrets.get(`name-${at}`);
    for (let at = 0; at < 2; at += 1) await secrets.get('a');
    expect(seen.filter((call) => call === 'cached a')).toHaveLength(2);
  });

  it('goes through the layers with options, and if nothing is in memory', async () => {
    const { provider, seen, evict } = setUp();
    const secrets = createSecrets(provider);
    await secrets.get('a');
    await secrets.get('a', { fresh: true });
    await secrets.get('a', {});
    await secrets.get({ name: 'a' });
    evict();
    await secrets.get('a');
    secrets.peek('a');
    expect(seen).toEqual([
      'get a',
      'get a, fresh',
      'get a',
      ...['cached a', 'read'], // by ref
      ...['read', 'get a'],
      ...['look', 'cached a', 'look'], // of the name, then of the ref
    ]);
  });

  it('in a batch is served from memory, if all of the batch is there', async () => {
    const { provider, seen, evict } = setUp();
    const secrets = createSecrets(provider);
    await secrets.getMany({ one: 'a', other: 'b' });
    const { one, other } = await secrets.getMany({ one: 'a', other: 'b' });
    expect([one?.reveal(), other?.reveal()]).toEqual(['value', 'value']);
    const fromMemory = ['cached a', 'look', 'cached b', 'look', 'read', 'read'];
    expect(seen.splice(0)).toEqual(['get a', 'get b', ...fromMemory]);

    await secrets.getMany({ one: 'a', other: 'b' }, {});
    await secrets.getMany({ one: 'a', other: 'never read before' });
    await secrets.getMany({ one: 'a', other: { name: 'b' } });
    evict();
    await secrets.getMany({ one: 'a', other: 'b' });
    expect(seen).toEqual([
      ...['get a', 'get b'], // with options
      ...['look', 'get a', 'get never read before'],
      ...['look', 'look', 'read', 'read'], // one by ref
      ...['look', 'look', 'get a', 'get b'], // nothing is in memory
    ]);
  });

  it.each<SecretRef>([
    { name: 'a' },
    { name: 'a', scope: { user: 'usr_1' } },
    { name: 'a', scope: { account: 'acct_1' } },
    { name: 'a', scope: { account: 'acct_1', user: 'usr_1' } },
  ])('by ref is one look-up, too: %j', async (ref) => {
    const { provider, seen, answer } = setUp();
    const secrets = createSecrets(provider);
    for (let at = 0; at < 2; at += 1) await secrets.get(ref);
    seen.splice(0);
    expect(secrets.get({ ...ref })).toBe(answer);
    expect(seen).toEqual(['read']);
    expect(secrets.scoped({ user: 'usr_2' }).peek('a')?.reveal()).toBe('value');
    expect(seen).toEqual(['read', 'cached a of usr_2', 'look']);
  });

  it('in a batch from memory keeps keys such as __proto__', async () => {
    const secrets = createSecrets(setUp().provider);
    const refs = JSON.parse('{"__proto__":"a","constructor":"b"}') as Record<string, string>;
    for (let at = 0; at < 2; at += 1) {
      const found = await secrets.getMany(refs);
      expect(Object.keys(found)).toEqual(['__proto__', 'constructor']);
      expect(Object.getPrototypeOf(found)).toBe(Object.prototype);
    }
  });

  it('asks once about an account within the scope of a user', async () => {
    const { provider } = setUp();
    const asked: SecretRef[] = [];
    const canonical = (ref: SecretRef): SecretRef => {
      asked.push(ref);
      return ref;
    };
    const hers = createSecrets({ ...provider, canonical }).scoped({ user: 'usr_1' });
    for (let at = 0; at < 3; at += 1) {
      await hers.get({ name: 'a', scope: { account: 'acct_1' } }, {});
      await hers.get({ name: 'a', scope: { account: 'acct_1', user: 'usr_1' } }, {});
    }
    expect(asked.filter(({ name }) => name === 'any')).toHaveLength(2);
  });

  it('is within the scope of the client', async () => {
    const { provider, seen } = setUp();
    const hers = createSecrets(provider).scoped({ user: 'usr_1' });
    await hers.get('a');
    await hers.get('a');
    expect(seen).toEqual(['get a', 'cached a of usr_1', 'read']);
  });

  it('is closed after closing', async () => {
    const { provider } = setUp();
    const secrets = createSecrets(provider);
    await secrets.get('a');
    await secrets.get('a');
    const closing = secrets.close();
    await expect(secrets.get('a')).rejects.toMatchObject({ code: 'closed' });
    expect(() => secrets.peek('a')).toThrow(/^closed/);
    await closing;
  });

  it('fails with a code, without the message, if the memory throws', async () => {
    const { provider } = setUp();
    const secrets = createSecrets({
      ...provider,
      memory: {
        cached: () => {
          throw new TypeError('CANARY');
        },
      },
    });
    await secrets.get('a');
    await expect(secrets.get('a')).rejects.toMatchObject({
      code: 'unknown',
      message: expect.not.stringContaining('CANARY'),
    });
  });
});

describe('a middleware', () => {
  const pass: Policy = (run, ctx) => run(ctx);

  it('that overrides get is not bypassed by reads', async () => {
    const { provider, seen } = setUp();
    const gets: string[] = [];
    const counted = around({
      name: 'counted',
      policy: (run, ctx, { operation }) => {
        gets.push(operation);
        return run(ctx);
      },
    });
    const secrets = createSecrets(counted(provider));
    await secrets.get('a');
    await secrets.get('a');
    expect(gets).toEqual(['get', 'get']);
    expect(seen).toEqual(['get a', 'cached a', 'get a']); // its reader returns nothing for a read
  });

  it('that overrides get passes looks on', async () => {
    const { provider, seen } = setUp();
    const secrets = createSecrets(around({ name: 'layer', policy: pass })(provider));
    expect(secrets.peek('a')?.reveal()).toBe('value');
    await secrets.get('a');
    expect(secrets.peek('a')?.reveal()).toBe('value');
    expect(seen).toEqual(['cached a', 'look', 'cached a', 'get a', 'look']);
  });

  it('that does not override get passes reads on', async () => {
    const { provider, seen } = setUp();
    const secrets = createSecrets(defineMiddleware({ name: 'through', build: () => ({}) })(provider));
    await secrets.get('a');
    await secrets.get('a');
    expect(seen).toEqual(['get a', 'cached a', 'read']);
  });

  it('with a memory of its own replaces the inner one', async () => {
    const { provider, seen } = setUp();
    const own = seal('own');
    const cached = (): CachedReader => (touch) => ({ secret: own, ...(touch && { settled: settled(own) }) });
    const layer = defineMiddleware({ name: 'own', build: ({ get }) => ({ get, memory: { cached } }) });
    const secrets = createSecrets(layer(provider));
    expect((await secrets.get('a'))?.reveal()).toBe('value');
    expect((await secrets.get('a'))?.reveal()).toBe('own');
    expect(secrets.peek('a')?.reveal()).toBe('own');
    expect(seen).toEqual(['get a']);
  });
});

describe('a batch', () => {
  const remembering = (value: string): SecretProvider => ({
    name: 'remembering',
    get: async () => seal(value),
    getMany: async (refs) => refs.map(() => seal(value)),
    memory: { cached: () => () => ({ secret: seal(value), settled: settled(seal(value)) }) },
  });

  it('passes through a middleware that overrides get, also when all of it is in memory', async () => {
    const calls: string[] = [];
    const audited = around({
      name: 'audited',
      policy: (run, ctx, { operation }) => {
        calls.push(operation);
        return run(ctx);
      },
    });
    const secrets = createSecrets(audited(remembering('value')));
    for (let i = 0; i < 3; i += 1) await secrets.getMany({ a: 'a', b: 'b' });
    expect(calls).toEqual(['getMany', 'getMany', 'getMany']);
  });

  it('shows the values of a middleware that changes them', async () => {
    const upper = defineMiddleware({
      name: 'upper',
      build: ({ get, getMany }) => ({
        get: async (ref, ctx) => (await get(ref, ctx))?.map((text) => text.toUpperCase()),
        getMany: async (refs, ctx) =>
          ((await getMany?.(refs, ctx)) ?? []).map((answer) =>
            isSecret(answer) ? answer.map((text) => text.toUpperCase()) : answer,
          ),
      }),
    });
    const secrets = createSecrets(upper(remembering('value')));
    await secrets.getMany({ a: 'a' });
    const { a } = await secrets.getMany({ a: 'a' });
    expect(a?.reveal()).toBe('VALUE');
  });
});

describe('a part of memory that is wrong', () => {
  const withMemory = (memory: unknown) =>
    createSecrets({ name: 'odd', get: async () => seal('value'), memory: memory as never });
  const failing = async (): Promise<never> => Promise.reject(new Error('CANARY'));

  it.each<[string, unknown, (secrets: ReturnType<typeof withMemory>) => unknown]>([
    ['an async invalidate', { invalidate: failing }, (secrets) => secrets.invalidate()],
    ['an async cached', { cached: failing }, (secrets) => secrets.peek('a')],
    ['an async subscribe', { subscribe: failing }, (secrets) => secrets.onChange('a', () => undefined)],
  ])('%s is refused, and its rejection ends no process', async (_, memory, call) => {
    expect(() => call(withMemory(memory))).toThrow(
      expect.objectContaining({ code: 'invalid_data', message: expect.not.stringContaining('CANARY') }),
    );
    await new Promise((resolve) => setImmediate(resolve)); // an unhandled rejection would fail this file
  });

  it('an async reader counts as empty, and its rejection ends no process', async () => {
    const secrets = withMemory({ cached: () => failing });
    expect(secrets.peek('a')).toBeUndefined();
    await secrets.get('a');
    expect((await secrets.get('a'))?.reveal()).toBe('value');
    await new Promise((resolve) => setImmediate(resolve));
  });

  it('a reader of a middleware that throws is unknown, without its message', async () => {
    const throwing = defineMiddleware({
      name: 'throwing',
      build: () => ({
        memory: {
          cached: () => () => {
            throw new Error('CANARY');
          },
        },
      }),
    });
    const secrets = createSecrets(throwing({ name: 'own', get: async () => seal('value') }));
    expect(() => secrets.peek('a')).toThrow(
      expect.objectContaining({ code: 'unknown', message: expect.not.stringContaining('CANARY') }),
    );
  });

  it('a settled promise of something else cannot be made', () => {
    expect(() => settled('CANARY' as never)).toThrow(expect.objectContaining({ code: 'invalid_argument' }));
  });
});
