import { createSecrets } from '@secretkit/core';
import {
  type Answer,
  type CallContext,
  errorRules,
  isSecretError,
  layersOf,
  type Secret,
  SecretError,
  type SecretErrorCode,
  type SecretProvider,
  type SecretRef,
  seal,
} from '@secretkit/core/provider';
import { memorySecrets } from '@secretkit/memory';
import { afterEach, describe, expect, expectTypeOf, it, vi } from 'vitest';
import { failure, flush, heldBackend, outcome } from '../../test/held-backend.js';
import { cache } from '../cache/index.js';
import { anyOrder } from '../order/index.js';
import { recommended } from '../recommended/index.js';
import { retry } from '../retry/index.js';
import { type FallThrough, fallback, type Providers } from './index.js';

type Says = string | undefined | SecretErrorCode[] | Secret;

/** A provider that says one thing of each name: a value, nothing, or a failure as `[code]`; and what it was asked. */
function saying(name: string, says: Readonly<Record<string, Says>>, methods: Partial<SecretProvider> = {}) {
  const asked: string[] = [];
  const contexts: CallContext[] = [];
  const answerOf = (ref: SecretRef): Answer => {
    const said = says[ref.name];
    if (Array.isArray(said)) return new SecretError(said[0]!, 'as scripted.', { provider: name, ref });
    return typeof said === 'string' ? seal(said) : said;
  };
  const provider: SecretProvider = {
    name,
    async get(ref, ctx) {
      asked.push(ref.name);
      contexts.push(ctx);
      const answer = answerOf(ref);
      if (isSecretError(answer)) throw answer;
      return answer;
    },
    ...methods,
  };
  const batching: SecretProvider = {
    ...provider,
    async getMany(refs, ctx) {
      asked.push(refs.map((ref) => ref.name).join('+'));
      contexts.push(ctx);
      return refs.map(answerOf);
    },
  };
  return { provider, batching, asked, contexts };
}

async function settled(provider: SecretProvider, ...names: string[]): Promise<unknown[]> {
  const found = await createSecrets(provider).getManySettled(Object.fromEntries(names.map((n) => [n, n])));
  return names.map((name) => {
    const answer = found[name];
    return isSecretError(answer) ? answer.code : answer?.reveal();
  });
}

describe('a read', () => {
  it('is answered by the first that has the secret, and those after it are not asked', async () => {
    const first = saying('first', { a: 'of first' });
    const second = saying('second', { a: 'of second', b: 'of second' });
    const third = saying('third', {});
    const stack = fallback(first.provider, second.provider, third.provider);
    expect(await outcome(stack.get({ name: 'a' }, {}))).toBe('of first');
    expect(await outcome(stack.get({ name: 'b' }, {}))).toBe('of second');
    expect([first.asked, second.asked, third.asked]).toEqual([['a', 'b'], ['b'], []]);
  });

  it('is missing only if all say so (case 71)', async () => {
    const [first, second] = [saying('first', {}), saying('second', {})];
    expect(await outcome(fallback(first.provider, second.provider).get({ name: 'a' }, {}))).toBe(undefined);
    expect([first.asked, second.asked]).toEqual([['a'], ['a']]);
  });

  const codes = Object.keys(errorRules) as SecretErrorCode[]; // keys() forgets the names
  const falling = codes.filter((code) => errorRules[code].staleAllowed);

  it('falls through exactly the failures after which a stale value might be served', () => {
    expect(falling).toEqual([
      'rate_limited',
      'quota_exceeded',
      'unavailable',
      'timeout',
      'circuit_open',
      'invalid_data',
    ]);
  });

  it.each(codes)('after %s: is answered by the next if it falls through, else fails', async (code) => {
    const first = saying('first', { a: [code], b: [code] });
    const second = saying('second', { a: 'of second' });
    const stack = fallback(first.provider, second.provider);
    const falls = falling.includes(code);
    expect(await outcome(stack.get({ name: 'a' }, {}))).toBe(falls ? 'of second' : code);
    expect(await outcome(stack.get({ name: 'b' }, {}))).toBe(code); // not missing: one could not say
    expect(second.asked).toEqual(falls ? ['a', 'b'] : []);
  });

  it.each<[string, Says[], unknown]>([
    ['the first of two failures', [['unavailable'], ['timeout']], 'unavailable'],
    ['a failure before a missing secret', [['unavailable'], undefined], 'unavailable'],
    ['a failure after a missing secret', [undefined, ['timeout']], 'timeout'],
    ['a failure before a denial', [['unavailable'], ['permission_denied']], 'unavailable'],
    ['a denial after a missing secret', [undefined, ['permission_denied']], 'permission_denied'],
    ['a secret after both', [undefined, ['unavailable'], 'of third'], 'of third'],
    ['a denial before a secret', [['unauthenticated'], 'of second'], 'unauthenticated'],
    ['a failure before a denial before a secret', [['timeout'], ['unknown'], 'of third'], 'timeout'],
  ])('comes to %s', async (_, says, expected) => {
    const providers = says.map((said, at) => saying(`p${at}`, { a: said, other: 'value' }));
    const plain = fallback(...(providers.map(({ provider }) => provider) as [SecretProvider]));
    const batching = fallback(...(providers.map((each) => each.batching) as [SecretProvider]));
    expect(await outcome(plain.get({ name: 'a' }, {}))).toBe(expected);
    expect(await outcome(batching.get({ name: 'a' }, {}))).toBe(expected);
    expect(await settled(batching, 'a', 'other')).toEqual([expected, 'value']);
    expect(await settled(plain, 'a', 'other')).toEqual([expected, 'value']);
  });

  it.each(['permission_denied', 'unauthenticated', 'unknown'] as const)(
    'falls through %s if told to, and through nothing else that it was not told of',
    async (code) => {
      const others = (['permission_denied', 'unauthenticated', 'unknown'] as const).filter(
        (each) => each !== code,
      );
      const first = saying('first', { a: [code], b: [others[0]!], c: [others[1]!] });
      const second = saying('second', { a: 'A', b: 'B', c: 'C' });
      const stack = fallback(first.batching, second.batching, { fallThroughOn: [code] });
      expect(await settled(stack, 'a', 'b', 'c')).toEqual(['A', ...others]);
      expect(await outcome(stack.get({ name: 'a' }, {}))).toBe('A');
    },
  );

  it('fails with an error that names the provider that failed and the ref that was asked for', async () => {
    const failing: SecretProvider = {
      name: 'careless',
      get: () => {
        throw new TypeError('cannot read CANARY');
      },
    };
    const second = saying('second', { a: 'of second' });
    const ref = { name: 'a', scope: { user: 'usr_1' } };
    const error = await fallback(failing, second.provider)
      .get(ref, {})
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'unknown', provider: 'careless', operation: 'get', ref });
    expect(JSON.stringify(error)).not.toContain('CANARY');
    expect(second.asked).toEqual([]);
  });

  it('hands the wishes of the caller to each', async () => {
    const [first, second] = [saying('first', {}), saying('second', {})];
    const stack = fallback(first.batching, second.batching);
    const ctx = { fresh: true, deadline: 5, maxAttempts: 1, signal: new AbortController().signal };
    await stack.get({ name: 'a' }, ctx);
    await stack.getMany?.([{ name: 'a' }, { name: 'b' }], ctx);
    for (const seen of [...first.contexts, ...second.contexts]) expect(seen).toEqual(ctx);
    expect(first.contexts.length + second.contexts.length).toBe(4);
  });

  it.each([new Error('enough'), null, failure('timeout')])(
    'that is aborted ends with the very reason, and asks nobody else: %s',
    async (reason) => {
      const first = heldBackend();
      const second = saying('second', { a: 'of second' });
      const stack = fallback(first.provider, second.batching);
      const caught = (error: unknown): unknown => error;
      const caller = new AbortController();
      const { signal } = caller;
      const one = stack.get({ name: 'a' }, { signal }).catch(caught);
      const many = stack.getMany?.([{ name: 'a' }, { name: 'b' }], { signal }).catch(caught);
      caller.abort(reason);
      expect(await one).toBe(reason);
      expect(await many).toBe(reason);
      expect(second.asked).toEqual([]);
    },
  );
});

describe('a batch', () => {
  it('asks each next provider in one call, only for what is still open', async () => {
    const first = saying('first', { a: 'A1', b: undefined, c: ['timeout'], d: ['permission_denied'] });
    const second = saying('second', { a: 'A2', b: 'B2', c: undefined });
    const third = saying('third', { b: 'B3', c: 'C3', d: 'D3', e: 'E3' });
    const stack = fallback(first.batching, second.batching, third.batching);
    expect(await settled(stack, 'a', 'b', 'c', 'd', 'e', 'f')).toEqual([
      'A1',
      'B2',
      'C3',
      'permission_denied',
      'E3',
      undefined,
    ]);
    expect([first.asked, second.asked, third.asked]).toEqual([['a+b+c+d+e+f'], ['b+c+e+f'], ['c+e+f']]);
  });

  it('asks for one secret that is left by a get, and of nobody when none is left', async () => {
    const first = saying('first', { a: 'A1', b: 'B1' });
    const second = saying('second', { c: 'C2' });
    const third = saying('third', {});
    const stack = fallback(first.batching, second.batching, third.batching);
    expect(await settled(stack, 'a', 'b', 'c')).toEqual(['A1', 'B1', 'C2']);
    expect([first.asked, second.asked, third.asked]).toEqual([['a+b+c'], ['c'], []]);
  });

  it('reads one by one where a provider cannot do better, at once', async () => {
    const held = heldBackend();
    const one: SecretProvider = { name: 'one', get: (ref, ctx) => held.provider.get(ref, ctx) };
    const second = saying('second', { a: 'A2', b: 'B2' });
    const found = settled(fallback(one, second.batching), 'a', 'b');
    await flush();
    expect(held.calls.map(({ names }) => names)).toEqual([['a'], ['b']]);
    await held.call(1).answer('B1');
    await held.call(0).fail(failure('unavailable'));
    expect(await found).toEqual(['A2', 'B1']);
    expect(second.asked).toEqual(['a']);
  });

  it('that a provider refuses as a whole falls through as a whole', async () => {
    const first = saying('first', {}, { getMany: () => Promise.reject(failure('unavailable')) });
    const second = saying('second', { a: 'A2' });
    const stack = fallback(first.provider, second.batching);
    expect(await settled(stack, 'a', 'b')).toEqual(['A2', 'unavailable']);
    const answers = await stack.getMany!([{ name: 'a' }, { name: 'b' }], {});
    expect(answers[1]).toMatchObject({ ref: { name: 'b' }, code: 'unavailable' });
  });

  it('keeps refs apart that are in one scope for the fallback, and in several for a provider', async () => {
    const grouped: (string | undefined)[][] = [];
    const withDefault = saying(
      'first',
      {},
      { canonical: ({ name, scope }) => ({ name, scope: { account: 'acct_1', ...scope } }) },
    );
    const strict: SecretProvider = {
      ...saying('second', {}).provider,
      async getMany(refs) {
        grouped.push(refs.map(({ scope }) => scope?.account));
        return refs.map(() => undefined);
      },
    };
    const account = { account: 'acct_1' };
    await createSecrets(fallback(withDefault.batching, strict)).getMany({
      a: 'a',
      b: 'b',
      hers: { name: 'a', scope: account },
      hersToo: { name: 'b', scope: account },
    });
    expect(grouped).toEqual([
      [undefined, undefined],
      ['acct_1', 'acct_1'],
    ]);
  });

  it('holds no value that expired while another provider was asked: it is asked for again', async () => {
    let ms = 1_000;
    const first = saying('first', {
      a: seal('old', { expiresAt: new Date(2_000) }),
      c: seal('kept', { expiresAt: new Date(2_001) }),
    });
    const second: SecretProvider = {
      name: 'second',
      async get() {
        ms = 2_000;
        return seal('of second');
      },
    };
    const asked: string[][] = [];
    const rotating: SecretProvider = {
      ...first.provider,
      async getMany(refs, ctx) {
        asked.push(refs.map(({ name }) => name));
        return first.batching.getMany!(refs, ctx);
      },
      async get(ref) {
        asked.push([ref.name]);
        return seal('new', { expiresAt: new Date(9_000) });
      },
    };
    const stack = fallback(rotating, second, { now: () => ms });
    const answers = await stack.getMany!([{ name: 'a' }, { name: 'b' }, { name: 'c' }], {});
    expect(answers.map((answer) => (answer as Secret).reveal())).toEqual(['new', 'of second', 'kept']);
    expect(asked).toEqual([['a', 'b', 'c'], ['a']]);
  });

  it('holds what is missing everywhere by the time that it ends as missing', async () => {
    let ms = 1_000;
    let reads = 0;
    const first: SecretProvider = {
      name: 'first',
      get: async ({ name }) =>
        name === 'a' && reads++ === 0 ? seal('old', { expiresAt: new Date(1_500) }) : undefined,
    };
    const second = saying(
      'second',
      {},
      {
        async getMany(refs) {
          ms += 1_000;
          return refs.map(() => undefined);
        },
        async get() {
          ms += 1_000;
          return undefined;
        },
      },
    );
    const stack = fallback(first, second.provider, { now: () => ms });
    expect(await stack.getMany!([{ name: 'a' }, { name: 'b' }], {})).toEqual([undefined, undefined]);
    expect(reads).toBe(2);
  });

  it('holds a value that another clock calls expired: it came so', async () => {
    const first = saying('first', { a: seal('value', { expiresAt: new Date(1_000) }) });
    const stack = fallback(first.batching, saying('second', {}).batching, { now: () => 5_000 });
    expect(await settled(stack, 'a', 'b')).toEqual(['value', undefined]);
  });
});

describe('an event', () => {
  it('tells of each failure after which another provider is asked: by whom, of what, and who is next', async () => {
    const events: FallThrough[] = [];
    const first = saying('first', {
      a: ['unavailable'],
      b: ['timeout'],
      c: ['unavailable'],
      d: ['permission_denied'],
      e: undefined,
    });
    const second = saying('second', { a: ['rate_limited'] });
    const stack = fallback(first.batching, second.batching, { onFallThrough: (event) => events.push(event) });
    const scope = { user: 'usr_1' };
    const refs = ['a', 'b', 'c', 'd', 'e'].map((name) => ({ name, scope }));
    await stack.getMany!(refs, {});
    await outcome(stack.get(refs[0]!, {}));
    const of = (...names: string[]) => refs.filter(({ name }) => names.includes(name));
    expect(events).toEqual([
      {
        provider: 'first',
        operation: 'getMany',
        refs: of('a', 'c'),
        scope,
        code: 'unavailable',
        next: 'second',
      },
      { provider: 'first', operation: 'getMany', refs: of('b'), scope, code: 'timeout', next: 'second' },
      { provider: 'first', operation: 'get', refs: of('a'), scope, code: 'unavailable', next: 'second' },
    ]);
    expect(layersOf(stack)[0]?.snapshot?.()).toEqual({ fallThroughs: 3 });
  });

  it('that a hook throws at, or rejects, harms no read', async () => {
    const first = saying('first', { a: ['unavailable'] });
    const second = saying('second', { a: 'of second' });
    for (const onFallThrough of [
      () => {
        throw new Error('of the hook');
      },
      () => Promise.reject(new Error('of the hook')) as unknown as undefined,
    ]) {
      const stack = fallback(first.provider, second.provider, { onFallThrough });
      expect(await outcome(stack.get({ name: 'a' }, {}))).toBe('of second');
    }
  });
});

describe('a list', () => {
  const of = (...names: string[]) =>
    memorySecrets({ initial: Object.fromEntries(names.map((name) => [name, 'v'])), pageSize: 2 });
  async function listed(provider: SecretProvider): Promise<string[]> {
    const names: string[] = [];
    for await (const { name } of createSecrets(provider).list()) names.push(name);
    return names;
  }

  it('is the union, each name once, over all pages of all', async () => {
    expect(await listed(fallback(of('a', 'c', 'e', 'g', 'i'), of('b', 'c', 'd', 'i')))).toEqual([
      ...'abcdegi',
    ]);
  });

  it('has pages that hold what they may, and none twice, also when names come and go between them', async () => {
    const [first, second] = [of('a', 'c', 'e'), of('b', 'c', 'd')];
    const stack = fallback(first, second);
    const page = await stack.list!({ limit: 2 }, {});
    expect(page).toEqual({ refs: [{ name: 'a' }, { name: 'b' }], cursor: 'b' });
    await first.delete({ name: 'a' }, {});
    await second.set({ name: 'ab' }, seal('v'), {});
    const next = await stack.list!({ limit: 3, cursor: 'b' }, {});
    expect(next).toEqual({ refs: [{ name: 'c' }, { name: 'd' }, { name: 'e' }] });
  });

  it('is of one scope', async () => {
    const scope = { user: 'usr_1' };
    const first = memorySecrets({
      initial: [
        [{ name: 'hers', scope }, 'v'],
        ['a', 'v'],
      ],
    });
    const second = memorySecrets({
      initial: [
        [{ name: 'too', scope }, 'v'],
        ['b', 'v'],
      ],
    });
    expect((await fallback(first, second).list!({ scope }, {})).refs).toEqual([
      { name: 'hers', scope },
      { name: 'too', scope },
    ]);
  });

  it('has two names that are one secret for all of them once', async () => {
    const folding = (name: string): SecretProvider => ({
      name: 'folding',
      get: async () => undefined,
      list: async () => ({ refs: [{ name }] }),
      canonical: (ref) => ({ name: ref.name.toUpperCase() }),
    });
    expect(await listed(fallback(folding('Token'), folding('token')))).toEqual(['Token']);
    expect(await listed(fallback(folding('Token'), of('token')))).toEqual(['Token', 'token']);
  });

  it.each([0, 1])('fails if one of them fails, and asks those after it no more', async (failing) => {
    const lists = [0, 0];
    const providers = lists.map(
      (_, at): SecretProvider => ({
        name: `p${at}`,
        get: async () => undefined,
        async list() {
          lists[at]! += 1;
          if (at === failing) throw failure('unavailable');
          return { refs: [{ name: 'a' }] };
        },
      }),
    );
    expect(await outcome(listed(fallback(...(providers as [SecretProvider]))) as Promise<never>)).toBe(
      'unavailable',
    );
    expect(lists).toEqual(failing === 0 ? [1, 0] : [1, 1]);
  });

  it('of a provider whose pages go round in circles is invalid_data', async () => {
    const circling: SecretProvider = {
      name: 'circling',
      get: async () => undefined,
      list: async () => ({ refs: [], cursor: 'again' }),
    };
    expect(await outcome(listed(fallback(circling)) as Promise<never>)).toBe('invalid_data');
  });
});

describe('what it can do', () => {
  const least: SecretProvider = { name: 'least', get: async () => undefined };
  const all = () => memorySecrets();

  it.each<[string, Providers, string[]]>([
    ['all that can do everything', [all(), all()], ['getMany', 'list']],
    ['one that cannot list', [all(), { ...least, getMany: async () => [] }], ['getMany']],
    [
      'one that cannot read several',
      [all(), { ...least, list: async () => ({ refs: [] }) }],
      ['getMany', 'list'],
    ],
    ['none that can do more than read', [least, { ...least }], []],
  ])('is to read, of %s', (_, providers, expected) => {
    const stack = fallback(...providers);
    const secrets = createSecrets(stack);
    const able = (['getMany', 'list', 'set', 'delete'] as const).filter((each) => secrets.can(each));
    expect(able).toEqual(expected);
  });

  it('is known to its type as far as that of its providers is', () => {
    const reading = { name: 'reading', get: async () => undefined };
    const listing = { ...reading, list: async () => ({ refs: [] }) };
    const unknown = least;
    const both = fallback(all(), listing);
    expectTypeOf(createSecrets(both).list).toBeFunction();
    expectTypeOf(both).toHaveProperty('getMany');
    expectTypeOf(fallback(reading, listing)).not.toHaveProperty('list');
    expectTypeOf(fallback(reading, listing)).not.toHaveProperty('getMany');
    expectTypeOf(fallback(all(), reading, {})).not.toHaveProperty('list');
    expectTypeOf(fallback(unknown, listing)).toHaveProperty('list');
    expectTypeOf(fallback(all())).not.toHaveProperty('set');
    expectTypeOf(fallback(all())).toExtend<SecretProvider>();
    const secrets = createSecrets(fallback(all(), all()));
    // @ts-expect-error it cannot be written
    void secrets.set;
    // @ts-expect-error nor deleted
    void secrets.delete;
    // @ts-expect-error nor listed, where one of them cannot be
    void createSecrets(fallback(all(), reading)).list;
  });
});

describe('what is in memory', () => {
  function setUp() {
    const first = memorySecrets({ initial: { a: 'A1' } });
    const second = memorySecrets({ initial: { a: 'A2', b: 'B2' } });
    const bare = ({ name, get, getMany }: ReturnType<typeof memorySecrets>, as: string) => ({
      name: as ?? name,
      get,
      getMany,
    });
    const stack = fallback(cache()(bare(first, 'first')), cache()(bare(second, 'second')));
    return { first, second, stack, secrets: createSecrets(stack) };
  }

  it('is looked at in the first provider alone: of the others nobody knows whether they would be asked', async () => {
    const { secrets, stack } = setUp();
    expect(secrets.peek('a')).toBe(undefined);
    await secrets.get('a');
    await secrets.get('b');
    expect(secrets.peek('a')?.reveal()).toBe('A1');
    expect(secrets.peek('b')).toBe(undefined);
    expect(stack.peek?.({ name: 'a' })?.reveal()).toBe('A1');
    expect(stack.peek?.({ name: 'b' })).toBe(undefined);
  });

  it('of the first provider is answered by the short way, by the very promise that is kept', async () => {
    const { secrets, stack } = setUp();
    await secrets.get('a');
    await secrets.get('a');
    expect(secrets.get('a')).toBe(secrets.get('a'));
    expect(secrets.get('a')).toBe(stack.recall?.({ name: 'a' })(true)?.answer);
    await secrets.get('b');
    expect((await secrets.get('b'))?.reveal()).toBe('B2');
    expect(stack.recall?.({ name: 'b' })(true)).toBe(undefined);
  });

  it('is forgotten in all of them', async () => {
    const { secrets, first, second } = setUp();
    await secrets.getMany({ a: 'a', b: 'b' });
    await first.set({ name: 'a' }, seal('A1 new'), {});
    await second.set({ name: 'b' }, seal('B2 new'), {});
    secrets.invalidate('b');
    expect((await secrets.get('a'))?.reveal()).toBe('A1');
    expect((await secrets.get('b'))?.reveal()).toBe('B2 new');
    secrets.invalidate();
    expect((await secrets.get('a'))?.reveal()).toBe('A1 new');
  });

  it('is forgotten in each of them, also when one of them throws at it', () => {
    const forgotten: string[] = [];
    const forgetting = (name: string, error?: Error): SecretProvider => ({
      name,
      get: async () => undefined,
      invalidate() {
        forgotten.push(name);
        if (error) throw error;
      },
    });
    const stack = fallback(
      forgetting('p1'),
      forgetting('p2', new Error('of p2')),
      forgetting('p3', new Error('of p3')),
    );
    expect(() => stack.invalidate?.()).toThrow(expect.objectContaining({ code: 'unknown', provider: 'p2' }));
    expect(forgotten).toEqual(['p1', 'p2', 'p3']);
  });

  it('may be that of a few of them', async () => {
    const memory = memorySecrets({ initial: { a: 'A2' } });
    const cached = cache()({ name: 'second', get: memory.get });
    const stack = fallback({ name: 'first', get: async () => undefined }, cached);
    const secrets = createSecrets(stack);
    const seen: string[] = [];
    const subscription = secrets.onChange('a', (secret) => seen.push(secret.reveal()));
    await secrets.get('a');
    await memory.set({ name: 'a' }, seal('A2 new'), {});
    secrets.invalidate('a');
    expect((await secrets.get('a'))?.reveal()).toBe('A2 new');
    expect(seen).toEqual(['A2 new']);
    subscription[Symbol.dispose]();
  });

  it('is not spoken of where none of them has a memory', () => {
    const { provider } = saying('plain', {});
    const stack = fallback(provider);
    expect(
      ['peek', 'recall', 'invalidate', 'subscribe', 'canonical'].filter((method) => method in stack),
    ).toEqual([]);
  });

  it('tells of changes in each of them, by the ref that was asked for, until it is ended', async () => {
    const { secrets, second, first, stack } = setUp();
    const seen: string[] = [];
    const subscription = secrets.onChange('b', (secret) => seen.push(secret.reveal()));
    secrets.onChange('a', (secret) => seen.push(secret.reveal()));
    const all: SecretRef[] = [];
    stack.subscribe?.(({ ref }) => all.push(ref));
    await secrets.getMany({ a: 'a', b: 'b' });
    await second.set({ name: 'b' }, seal('B2 new'), {});
    await first.set({ name: 'a' }, seal('A1 new'), {});
    await secrets.get('b', { fresh: true });
    await secrets.get('a', { fresh: true });
    expect(seen).toEqual(['B2 new', 'A1 new']);
    expect(all).toEqual([{ name: 'b' }, { name: 'a' }]);
    subscription[Symbol.dispose]();
    await second.set({ name: 'b' }, seal('B2 newer'), {});
    await secrets.get('b', { fresh: true });
    expect(seen).toEqual(['B2 new', 'A1 new']);
  });

  it('does not tell of a change that nobody is given, since a provider before has the secret', async () => {
    const first = cache()({ name: 'first', get: async () => seal('of first') });
    let value = 'one';
    const second = cache()({ name: 'second', get: async () => seal(value) });
    const stack = fallback(first, second);
    const secrets = createSecrets(stack);
    const seen: string[] = [];
    secrets.onChange('a', (secret) => seen.push(secret.reveal()));
    await secrets.get('a');
    await second.get({ name: 'a' }, {}); // of somebody who shares it
    value = 'two';
    await second.get({ name: 'a' }, { fresh: true });
    expect(seen).toEqual([]);
  });
});

describe('identity', () => {
  const withDefault = (account: string, name = 'stripe'): SecretProvider => ({
    name,
    get: async () => undefined,
    canonical: ({ name: of, scope }) => ({ name: of, scope: { account, ...scope } }),
  });
  const plain: SecretProvider = { name: 'plain', get: async () => undefined };
  const folding: SecretProvider = {
    name: 'folding',
    get: async () => undefined,
    canonical: ({ name, scope }) => ({ name: name.toUpperCase(), ...(scope && { scope }) }),
  };
  const same = (provider: SecretProvider, one: SecretRef, other: SecretRef): boolean =>
    JSON.stringify(provider.canonical?.(one)) === JSON.stringify(provider.canonical?.(other));

  it('is the providers’ own where they agree', () => {
    const stack = fallback(withDefault('acct_1'), withDefault('acct_1', 'other'));
    expect(stack.canonical?.({ name: 'a' })).toEqual({ name: 'a', scope: { account: 'acct_1' } });
    expect(fallback(folding, { ...folding }).canonical?.({ name: 'a' })).toEqual({ name: 'A' });
  });

  it('makes one secret only of refs that are one for each of them', () => {
    const stack = fallback(withDefault('acct_1'), plain);
    expect(same(stack, { name: 'a' }, { name: 'a', scope: { account: 'acct_1' } })).toBe(false);
    expect(same(stack, { name: 'a' }, { name: 'a' })).toBe(true);
    expect(same(fallback(folding, plain), { name: 'a' }, { name: 'A' })).toBe(false);
    const agreeing = fallback(withDefault('acct_1'), withDefault('acct_1'));
    expect(same(agreeing, { name: 'a' }, { name: 'a', scope: { account: 'acct_1' } })).toBe(true);
  });

  it('of what they do not agree on is equal to no ref that somebody could ask for, whatever it is called', () => {
    const stack = fallback(withDefault('acct_1'), withDefault('acct_2'));
    const canonical = stack.canonical?.({ name: 'a' });
    expect(canonical?.name.startsWith('\0')).toBe(true);
    expect(canonical?.scope).toEqual({ account: 'acct_1, acct_2' });
    expect(stack.canonical?.({ name: 'a', scope: { account: 'acct_1, acct_2' } })).toEqual({
      name: 'a',
      scope: { account: 'acct_1, acct_2' },
    });
  });

  it('is told apart also where providers agree on a name that begins as ours do', () => {
    const fixed = (name: string): SecretProvider => ({
      name: 'fixed',
      get: async () => undefined,
      canonical: (ref) => (ref.name === 'x' ? { name } : ref),
    });
    const inner = fallback(folding, plain);
    const spoken = inner.canonical?.({ name: 'a' })?.name ?? '';
    const stack = fallback(fixed(spoken), { ...fixed(spoken) });
    const nested = fallback(stack, inner);
    expect(stack.canonical?.({ name: 'x' })?.name).not.toBe(spoken);
    expect(same(nested, { name: 'x' }, { name: 'a' })).toBe(false);
  });

  it('keeps the user, and the one account that is meant', () => {
    const stack = fallback(withDefault('acct_1'), plain);
    expect(stack.canonical?.({ name: 'a', scope: { user: 'usr_1' } })?.scope).toEqual({
      account: 'acct_1',
      user: 'usr_1',
    });
    expect(fallback(folding, plain).canonical?.({ name: 'a' })?.scope).toEqual({});
  });

  it.each([
    [[withDefault('acct_1'), plain], 'acct_2'],
    [[plain, withDefault('acct_1')], 'acct_2'],
    [[withDefault('acct_1'), withDefault('acct_2')], 'acct_1'],
    [[withDefault('acct_1'), withDefault('acct_2')], 'acct_2'],
  ])('keeps a client within a scope within the default account of each: %#', async (providers, account) => {
    const secrets = createSecrets(fallback(...(providers as [SecretProvider]))).scoped({ user: 'usr_1' });
    await expect(secrets.get({ name: 'a', scope: { account } })).rejects.toMatchObject({
      code: 'invalid_argument',
    });
    expect(await secrets.get('a')).toBe(undefined);
  });
});

describe('its end', () => {
  it('ends all of them, also when some throw, once, and tells of the first', async () => {
    const ended: string[] = [];
    const ending = (name: string, error?: unknown): SecretProvider => ({
      name,
      get: async () => seal('value'),
      [Symbol.asyncDispose]: async () => {
        ended.push(name);
        if (error) throw error;
      },
    });
    const stack = fallback(
      ending('p1'),
      ending('p2', failure('timeout')),
      ending('p3', failure('conflict')),
      ending('p4'),
    );
    const secrets = createSecrets(stack);
    await secrets.get('a');
    await expect(secrets.close()).rejects.toMatchObject({ code: 'timeout' });
    await expect(stack[Symbol.asyncDispose]?.()).rejects.toMatchObject({ code: 'timeout' });
    expect(ended).toEqual(['p1', 'p2', 'p3', 'p4']);
    expect(await outcome(secrets.get('a'))).toBe('closed');
    expect(await outcome(stack.get({ name: 'a' }, {}))).toBe('closed');
  });

  it('waits for none that hangs before it ends the others', async () => {
    const ended: string[] = [];
    const ending = (name: string, end: Promise<void>): SecretProvider => ({
      name,
      get: async () => undefined,
      [Symbol.asyncDispose]: () => {
        ended.push(name);
        return end;
      },
    });
    void fallback(ending('p1', new Promise(() => {})), ending('p2', Promise.resolve()))[
      Symbol.asyncDispose
    ]?.();
    await flush();
    expect(ended).toEqual(['p1', 'p2']);
  });

  it('is no matter for providers that have none', async () => {
    const stack = fallback(saying('plain', {}).provider);
    await expect(stack[Symbol.asyncDispose]?.()).resolves.toBe(undefined);
  });
});

describe('its layer', () => {
  it('tells its providers, and what they are made of', () => {
    const stack = fallback(recommended()(saying('first', {}).provider), saying('second', {}).provider, {
      fallThroughOn: ['unknown'],
    });
    expect(stack.name).toBe('fallback(cache(retry(circuitBreaker(timeout(first)))), second)');
    expect(layersOf(stack)).toEqual([
      {
        name: 'fallback',
        options: {
          providers: ['cache(retry(circuitBreaker(timeout(first))))', 'second'],
          fallThroughOn: ['unknown'],
        },
        snapshot: expect.any(Function),
        branches: [
          {
            name: 'cache(retry(circuitBreaker(timeout(first))))',
            layers: ['cache', 'retry', 'circuitBreaker', 'timeout'].map(
              (name) => expect.objectContaining({ name }) as unknown,
            ),
          },
          { name: 'second', layers: [] },
        ],
      },
    ]);
  });
});

describe('a cache around it', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });
  function warnings(build: () => unknown): string[] {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    build();
    return warn.mock.calls.map(([, about]) => (about as unknown as { code: string }).code);
  }
  const stack = () => fallback(saying('first', {}).provider, saying('second', {}).provider);

  it('is warned of once, however it is put there', () => {
    expect(warnings(() => cache()(stack()))).toEqual(['SECRETKIT_ORDER_CACHE_OUTSIDE_FALLBACK']);
    vi.restoreAllMocks();
    expect(warnings(() => recommended()(stack()))).toEqual(['SECRETKIT_ORDER_CACHE_OUTSIDE_FALLBACK']);
    vi.restoreAllMocks();
    expect(warnings(() => cache()(retry()(stack())))).toEqual(['SECRETKIT_ORDER_CACHE_OUTSIDE_FALLBACK']);
  });

  it('is not where it is meant, nor one inside', () => {
    expect(warnings(() => anyOrder(cache())(stack()))).toEqual([]);
    expect(warnings(() => fallback(cache()(saying('first', {}).provider), stack()))).toEqual([]);
  });

  it('is warned of with the remedy', () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    cache()(stack());
    expect(warn.mock.calls[0]?.[0]).toMatch(
      /^cache stands outside fallback in cache\(fallback\(first, second\)\): it keeps an old value .* A cache stands inside, around each of them\./,
    );
  });

  it('and other harmful orders are warned of through it, once each', () => {
    const inner = () =>
      fallback(cache()(saying('first', {}).provider), cache()(saying('second', {}).provider));
    expect(warnings(() => retry()(inner()))).toEqual(['SECRETKIT_ORDER_RETRY_OUTSIDE_CACHE']);
    vi.restoreAllMocks();
    const meant = () =>
      fallback(anyOrder(cache())(saying('first', {}).provider), saying('second', {}).provider);
    expect(warnings(() => retry()(meant()))).toEqual([]);
  });
});

describe('wrong arguments are refused when it is built', () => {
  const { provider } = saying('first', {});
  const other = saying('other', {}).provider;
  it.each<[string, unknown[], string]>([
    ['nothing', [], 'fallback needs providers: fallback(first, second).'],
    ['options alone', [{}], 'fallback needs providers: fallback(first, second).'],
    [
      'what is no provider',
      [provider, undefined],
      'fallback, as its argument 2, needs a provider: an object with a name and a get method',
    ],
    [
      'a promise of one',
      [Promise.resolve(provider), other],
      'fallback, as its argument 1, needs a provider: ',
    ],
    ['a promise of one, last', [provider, Promise.resolve(other)], 'Await it first.'],
    ['a list of them', [[provider, other]], 'fallback, as its argument 1, needs a provider'],
    ['one that is made wrongly', [provider, { name: 'x' }], 'fallback, as its argument 2, needs a provider'],
    [
      'one without a name',
      [provider, { get: async () => undefined }],
      'fallback, as its argument 2, needs a provider',
    ],
    ['options in the middle', [provider, {}, other], 'fallback, as its argument 2, needs a provider'],
    [
      'the same one twice',
      [provider, other, provider],
      'fallback: its arguments 1 and 3 are the same provider. What has failed would be asked again.',
    ],
    [
      'an option that is none',
      [provider, { onFallthrough: 5 }],
      'fallback has no option "onFallthrough". It has fallThroughOn, onFallThrough, now.',
    ],
    [
      'a hook that is none',
      [provider, { onFallThrough: 5 }],
      'fallback: onFallThrough is a function, not number.',
    ],
    ['a clock that is none', [provider, { now: 5 }], 'fallback: now is a function, not number.'],
    [
      'a code that is none',
      [provider, { fallThroughOn: ['denied'] }],
      'fallback: fallThroughOn is a list of permission_denied, unauthenticated, unknown.',
    ],
    [
      'a code that falls through anyway',
      [provider, { fallThroughOn: ['unavailable'] }],
      'fallback: fallThroughOn is a list of',
    ],
    ['a code alone', [provider, { fallThroughOn: 'unknown' }], 'fallback: fallThroughOn is a list of'],
  ])('%s', (_, args, message) => {
    const build = (): unknown => (fallback as (...given: unknown[]) => unknown)(...args);
    expect(build).toThrow(TypeError);
    expect(build).toThrow(message);
  });

  it('but not options without a prototype, nor a single provider', async () => {
    const options = Object.assign(Object.create(null) as object, { now: () => 5 });
    expect(fallback(provider, options).name).toBe('fallback(first)');
  });
});
