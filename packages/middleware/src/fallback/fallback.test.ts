import { compose, createSecrets } from '@secretkit/core';
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
import { anyOrder, checkOrder } from '../order/index.js';
import { recommended } from '../recommended/index.js';
import { retry } from '../retry/index.js';
import { type FallThrough, fallback, type Providers } from './index.js';

type Scripted = string | undefined | SecretErrorCode[] | Secret;

/** A provider with one answer for each name: a value, nothing, or a failure as `[code]`. It records its reads. */
function scripted(
  name: string,
  answers: Readonly<Record<string, Scripted>>,
  methods: Partial<SecretProvider> = {},
) {
  const reads: string[] = [];
  const contexts: CallContext[] = [];
  const answerOf = (ref: SecretRef): Answer => {
    const answer = answers[ref.name];
    if (Array.isArray(answer)) return new SecretError(answer[0]!, 'as scripted.', { provider: name, ref });
    return typeof answer === 'string' ? seal(answer) : answer;
  };
  const provider: SecretProvider = {
    name,
    async get(ref, ctx) {
      reads.push(ref.name);
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
      reads.push(refs.map((ref) => ref.name).join('+'));
      contexts.push(ctx);
      return refs.map(answerOf);
    },
  };
  return { provider, batching, reads, contexts };
}

async function settled(provider: SecretProvider, ...names: string[]): Promise<unknown[]> {
  const found = await createSecrets(provider).getManySettled(Object.fromEntries(names.map((n) => [n, n])));
  return names.map((name) => {
    const answer = found[name];
    return isSecretError(answer) ? answer.code : answer?.reveal();
  });
}

describe('a read', () => {
  it('returns the secret of the first provider that has it, and does not call those after it', async () => {
    const first = scripted('first', { a: 'of first' });
    const second = scripted('second', { a: 'of second', b: 'of second' });
    const third = scripted('third', {});
    const stack = fallback(first.provider, second.provider, third.provider);
    expect(await outcome(stack.get({ name: 'a' }, {}))).toBe('of first');
    expect(await outcome(stack.get({ name: 'b' }, {}))).toBe('of second');
    expect([first.reads, second.reads, third.reads]).toEqual([['a', 'b'], ['b'], []]);
  });

  it('is missing only if the secret is missing in every provider (case 71)', async () => {
    const [first, second] = [scripted('first', {}), scripted('second', {})];
    expect(await outcome(fallback(first.provider, second.provider).get({ name: 'a' }, {}))).toBe(undefined);
    expect([first.reads, second.reads]).toEqual([['a'], ['a']]);
  });

  const codes = Object.keys(errorRules) as SecretErrorCode[]; // keys() forgets the names
  const falling = codes.filter((code) => errorRules[code].staleAllowed);

  it('falls through exactly after the failures that allow a stale value', () => {
    expect(falling).toEqual([
      'rate_limited',
      'quota_exceeded',
      'unavailable',
      'timeout',
      'circuit_open',
      'invalid_data',
    ]);
  });

  it.each(codes)(
    'after %s: is answered by the next provider if that falls through, else fails',
    async (code) => {
      const first = scripted('first', { a: [code], b: [code] });
      const second = scripted('second', { a: 'of second' });
      const stack = fallback(first.provider, second.provider);
      const falls = falling.includes(code);
      expect(await outcome(stack.get({ name: 'a' }, {}))).toBe(falls ? 'of second' : code);
      expect(await outcome(stack.get({ name: 'b' }, {}))).toBe(code); // not missing: one provider could not answer
      expect(second.reads).toEqual(falls ? ['a', 'b'] : []);
    },
  );

  it.each<[string, Scripted[], unknown]>([
    ['the first of two failures', [['unavailable'], ['timeout']], 'unavailable'],
    ['a failure before a missing secret', [['unavailable'], undefined], 'unavailable'],
    ['a failure after a missing secret', [undefined, ['timeout']], 'timeout'],
    ['a failure before a denial', [['unavailable'], ['permission_denied']], 'unavailable'],
    ['a denial after a missing secret', [undefined, ['permission_denied']], 'permission_denied'],
    ['a secret after both', [undefined, ['unavailable'], 'of third'], 'of third'],
    ['a denial before a secret', [['unauthenticated'], 'of second'], 'unauthenticated'],
    ['a failure before a denial before a secret', [['timeout'], ['unknown'], 'of third'], 'timeout'],
  ])('ends with %s', async (_, answers, expected) => {
    const providers = answers.map((answer, at) => scripted(`p${at}`, { a: answer, other: 'value' }));
    const plain = fallback(...(providers.map(({ provider }) => provider) as [SecretProvider]));
    const batching = fallback(...(providers.map((each) => each.batching) as [SecretProvider]));
    expect(await outcome(plain.get({ name: 'a' }, {}))).toBe(expected);
    expect(await outcome(batching.get({ name: 'a' }, {}))).toBe(expected);
    expect(await settled(batching, 'a', 'other')).toEqual([expected, 'value']);
    expect(await settled(plain, 'a', 'other')).toEqual([expected, 'value']);
  });

  it.each(['permission_denied', 'unauthenticated', 'unknown'] as const)(
    'falls through after %s on request, and not after other denials',
    async (code) => {
      const others = (['permission_denied', 'unauthenticated', 'unknown'] as const).filter(
        (each) => each !== code,
      );
      const first = scripted('first', { a: [code], b: [others[0]!], c: [others[1]!] });
      const second = scripted('second', { a: 'A', b: 'B', c: 'C' });
      const stack = fallback(first.batching, second.batching, { fallThroughOn: [code] });
      expect(await settled(stack, 'a', 'b', 'c')).toEqual(['A', ...others]);
      expect(await outcome(stack.get({ name: 'a' }, {}))).toBe('A');
    },
  );

  it('fails with an error that has the provider that failed and the ref of the call', async () => {
    const failing: SecretProvider = {
      name: 'careless',
      get: () => {
        throw new TypeError('cannot read CANARY');
      },
    };
    const second = scripted('second', { a: 'of second' });
    const ref = { name: 'a', scope: { user: 'usr_1' } };
    const error = await fallback(failing, second.provider)
      .get(ref, {})
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'unknown', provider: 'careless', operation: 'get', ref });
    expect(JSON.stringify(error)).not.toContain('CANARY');
    expect(second.reads).toEqual([]);
  });

  it('passes the caller’s context to each provider', async () => {
    const [first, second] = [scripted('first', {}), scripted('second', {})];
    const stack = fallback(first.batching, second.batching);
    const ctx = { fresh: true, deadline: 5, maxAttempts: 1, signal: new AbortController().signal };
    await stack.get({ name: 'a' }, ctx);
    await stack.getMany?.([{ name: 'a' }, { name: 'b' }], ctx);
    for (const seen of [...first.contexts, ...second.contexts]) expect(seen).toEqual(ctx);
    expect(first.contexts.length + second.contexts.length).toBe(4);
  });

  it.each([new Error('enough'), null, failure('timeout')])(
    'that is aborted rejects with the same reason, and calls no other provider: %s',
    async (reason) => {
      const first = heldBackend();
      const second = scripted('second', { a: 'of second' });
      const stack = fallback(first.provider, second.batching);
      const caught = (error: unknown): unknown => error;
      const caller = new AbortController();
      const { signal } = caller;
      const one = stack.get({ name: 'a' }, { signal }).catch(caught);
      const many = stack.getMany?.([{ name: 'a' }, { name: 'b' }], { signal }).catch(caught);
      caller.abort(reason);
      expect(await one).toBe(reason);
      expect(await many).toBe(reason);
      expect(second.reads).toEqual([]);
    },
  );
});

describe('a batch', () => {
  it('calls each next provider once, only for the refs that are still open', async () => {
    const first = scripted('first', { a: 'A1', b: undefined, c: ['timeout'], d: ['permission_denied'] });
    const second = scripted('second', { a: 'A2', b: 'B2', c: undefined });
    const third = scripted('third', { b: 'B3', c: 'C3', d: 'D3', e: 'E3' });
    const stack = fallback(first.batching, second.batching, third.batching);
    expect(await settled(stack, 'a', 'b', 'c', 'd', 'e', 'f')).toEqual([
      'A1',
      'B2',
      'C3',
      'permission_denied',
      'E3',
      undefined,
    ]);
    expect([first.reads, second.reads, third.reads]).toEqual([['a+b+c+d+e+f'], ['b+c+e+f'], ['c+e+f']]);
  });

  it('reads a single open ref by get, and calls no provider when no ref is open', async () => {
    const first = scripted('first', { a: 'A1', b: 'B1' });
    const second = scripted('second', { c: 'C2' });
    const third = scripted('third', {});
    const stack = fallback(first.batching, second.batching, third.batching);
    expect(await settled(stack, 'a', 'b', 'c')).toEqual(['A1', 'B1', 'C2']);
    expect([first.reads, second.reads, third.reads]).toEqual([['a+b+c'], ['c'], []]);
  });

  it('reads refs one by one, concurrently, from a provider without getMany', async () => {
    const held = heldBackend();
    const one: SecretProvider = { name: 'one', get: (ref, ctx) => held.provider.get(ref, ctx) };
    const second = scripted('second', { a: 'A2', b: 'B2' });
    const found = settled(fallback(one, second.batching), 'a', 'b');
    await flush();
    expect(held.calls.map(({ names }) => names)).toEqual([['a'], ['b']]);
    await held.call(1).answer('B1');
    await held.call(0).fail(failure('unavailable'));
    expect(await found).toEqual(['A2', 'B1']);
    expect(second.reads).toEqual(['a']);
  });

  it('that a provider rejects falls through for all its refs', async () => {
    const first = scripted('first', {}, { getMany: () => Promise.reject(failure('unavailable')) });
    const second = scripted('second', { a: 'A2' });
    const stack = fallback(first.provider, second.batching);
    expect(await settled(stack, 'a', 'b')).toEqual(['A2', 'unavailable']);
    const answers = await stack.getMany!([{ name: 'a' }, { name: 'b' }], {});
    expect(answers[1]).toMatchObject({ ref: { name: 'b' }, code: 'unavailable' });
  });

  it('separates refs that are in one scope for the fallback, and in several for a provider', async () => {
    const grouped: (string | undefined)[][] = [];
    const withDefault = scripted(
      'first',
      {},
      { canonical: ({ name, scope }) => ({ name, scope: { account: 'acct_1', ...scope } }) },
    );
    const strict: SecretProvider = {
      ...scripted('second', {}).provider,
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

  it('reads a value again that expired during the call of another provider', async () => {
    let ms = 1_000;
    const first = scripted('first', {
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
    const reads: string[][] = [];
    const rotating: SecretProvider = {
      ...first.provider,
      async getMany(refs, ctx) {
        reads.push(refs.map(({ name }) => name));
        return first.batching.getMany!(refs, ctx);
      },
      async get(ref) {
        reads.push([ref.name]);
        return seal('new', { expiresAt: new Date(9_000) });
      },
    };
    const stack = fallback(rotating, second, { now: () => ms });
    const answers = await stack.getMany!([{ name: 'a' }, { name: 'b' }, { name: 'c' }], {});
    expect(answers.map((answer) => (answer as Secret).reveal())).toEqual(['new', 'of second', 'kept']);
    expect(reads).toEqual([['a', 'b', 'c'], ['a']]);
  });

  it('has undefined for a value that expired, and is missing when it is read again', async () => {
    let ms = 1_000;
    let reads = 0;
    const first: SecretProvider = {
      name: 'first',
      get: async ({ name }) =>
        name === 'a' && reads++ === 0 ? seal('old', { expiresAt: new Date(1_500) }) : undefined,
    };
    const second = scripted(
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

  it('keeps a value that had expired by this clock when it arrived', async () => {
    const first = scripted('first', { a: seal('value', { expiresAt: new Date(1_000) }) });
    const stack = fallback(first.batching, scripted('second', {}).batching, { now: () => 5_000 });
    expect(await settled(stack, 'a', 'b')).toEqual(['value', undefined]);
  });
});

describe('an event', () => {
  it('is reported for each failure that falls through, with the provider, the call and the next provider', async () => {
    const events: FallThrough[] = [];
    const first = scripted('first', {
      a: ['unavailable'],
      b: ['timeout'],
      c: ['unavailable'],
      d: ['permission_denied'],
      e: undefined,
    });
    const second = scripted('second', { a: ['rate_limited'] });
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

  it('does not affect the read if the hook throws or rejects', async () => {
    const first = scripted('first', { a: ['unavailable'] });
    const second = scripted('second', { a: 'of second' });
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

  it('is the union, with each name once, over all pages', async () => {
    expect(await listed(fallback(of('a', 'c', 'e', 'g', 'i'), of('b', 'c', 'd', 'i')))).toEqual([
      ...'abcdegi',
    ]);
  });

  it('has full pages without duplicates, also if names are created and deleted between them', async () => {
    const [first, second] = [of('a', 'c', 'e'), of('b', 'c', 'd')];
    const stack = fallback(first, second);
    const page = await stack.list!({ limit: 2 }, {});
    expect(page).toEqual({ refs: [{ name: 'a' }, { name: 'b' }], cursor: 'b' });
    await first.delete({ name: 'a' }, {});
    await second.set({ name: 'ab' }, seal('v'), {});
    const next = await stack.list!({ limit: 3, cursor: 'b' }, {});
    expect(next).toEqual({ refs: [{ name: 'c' }, { name: 'd' }, { name: 'e' }] });
  });

  it('has the names of one scope', async () => {
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

  it('has two names once if they are one secret for every provider', async () => {
    const folding = (name: string): SecretProvider => ({
      name: 'folding',
      get: async () => undefined,
      list: async () => ({ refs: [{ name }] }),
      canonical: (ref) => ({ name: ref.name.toUpperCase() }),
    });
    expect(await listed(fallback(folding('Token'), folding('token')))).toEqual(['Token']);
    expect(await listed(fallback(folding('Token'), of('token')))).toEqual(['Token', 'token']);
  });

  it.each([0, 1])('fails if one provider fails, and does not call those after it', async (failing) => {
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

  it('of a provider whose cursors repeat is invalid_data', async () => {
    const circling: SecretProvider = {
      name: 'circling',
      get: async () => undefined,
      list: async () => ({ refs: [], cursor: 'again' }),
    };
    expect(await outcome(listed(fallback(circling)) as Promise<never>)).toBe('invalid_data');
  });
});

describe('the capabilities', () => {
  const least: SecretProvider = { name: 'least', get: async () => undefined };
  const all = () => memorySecrets();

  it.each<[string, Providers, string[]]>([
    ['providers with all capabilities', [all(), all()], ['getMany', 'list']],
    ['a provider without list', [all(), { ...least, getMany: async () => [] }], ['getMany']],
    [
      'a provider without getMany',
      [all(), { ...least, list: async () => ({ refs: [] }) }],
      ['getMany', 'list'],
    ],
    ['providers with get only', [least, { ...least }], []],
  ])('never include writes, of %s', (_, providers, expected) => {
    const stack = fallback(...providers);
    const secrets = createSecrets(stack);
    const able = (['getMany', 'list', 'set', 'delete'] as const).filter((each) => secrets.can(each));
    expect(able).toEqual(expected);
  });

  it('are in the type, as far as they are in the types of the providers', () => {
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
    // @ts-expect-error it has no set
    void secrets.set;
    // @ts-expect-error and no delete
    void secrets.delete;
    // @ts-expect-error and no list, if one provider has none
    void createSecrets(fallback(all(), reading)).list;
  });
});

describe('values in memory', () => {
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

  it('are looked at in the first provider only', async () => {
    const { secrets, stack } = setUp();
    expect(secrets.peek('a')).toBe(undefined);
    await secrets.get('a');
    await secrets.get('b');
    expect(secrets.peek('a')?.reveal()).toBe('A1');
    expect(secrets.peek('b')).toBe(undefined);
    const look = (name: string) => stack.memory?.cached?.({ name })(false)?.secret.reveal();
    expect(look('a')).toBe('A1');
    expect(look('b')).toBe(undefined);
  });

  it('of the first provider are read as the promise that its cache keeps', async () => {
    const { secrets, stack } = setUp();
    await secrets.get('a');
    await secrets.get('a');
    expect(secrets.get('a')).toBe(secrets.get('a'));
    expect(secrets.get('a')).toBe(stack.memory?.cached?.({ name: 'a' })(true)?.settled);
    await secrets.get('b');
    expect((await secrets.get('b'))?.reveal()).toBe('B2');
    expect(stack.memory?.cached?.({ name: 'b' })(true)).toBe(undefined);
  });

  it('are invalidated in all providers', async () => {
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

  it('are invalidated in all providers, also if one of them throws', () => {
    const invalidated: string[] = [];
    const invalidating = (name: string, error?: Error): SecretProvider => ({
      name,
      get: async () => undefined,
      memory: {
        invalidate() {
          invalidated.push(name);
          if (error) throw error;
        },
      },
    });
    const stack = fallback(
      invalidating('p1'),
      invalidating('p2', new Error('of p2')),
      invalidating('p3', new Error('of p3')),
    );
    expect(() => stack.memory?.invalidate?.()).toThrow(
      expect.objectContaining({ code: 'unknown', provider: 'p2' }),
    );
    expect(invalidated).toEqual(['p1', 'p2', 'p3']);
  });

  it('may be in some of the providers only', async () => {
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

  it('are absent if no provider has a memory: it only explains which one answered last', async () => {
    const { get, memory, ...others } = fallback(
      scripted('empty', {}).provider,
      scripted('plain', { a: 'value' }).provider,
    );
    expect('canonical' in others).toBe(false);
    expect(Object.keys(memory ?? {})).toEqual(['explain']);
    expect(memory?.explain?.({ name: 'a' })).toEqual({ state: 'absent' });
    await get({ name: 'a' }, {});
    expect(memory?.explain?.({ name: 'a' })).toEqual({ state: 'absent', backend: 'plain' });
  });

  it('are reported when they change in any provider, by the ref of the read, until the subscription ends', async () => {
    const { secrets, second, first, stack } = setUp();
    const seen: string[] = [];
    const subscription = secrets.onChange('b', (secret) => seen.push(secret.reveal()));
    secrets.onChange('a', (secret) => seen.push(secret.reveal()));
    const all: SecretRef[] = [];
    stack.memory?.subscribe?.((change) => 'ref' in change && all.push(change.ref));
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

  it('are not reported if a provider before has the secret in memory', async () => {
    const first = cache()({ name: 'first', get: async () => seal('of first') });
    let value = 'one';
    const second = cache()({ name: 'second', get: async () => seal(value) });
    const stack = fallback(first, second);
    const secrets = createSecrets(stack);
    const seen: string[] = [];
    secrets.onChange('a', (secret) => seen.push(secret.reveal()));
    await secrets.get('a');
    await second.get({ name: 'a' }, {}); // a read by another user of the provider
    value = 'two';
    await second.get({ name: 'a' }, { fresh: true });
    expect(seen).toEqual([]);
  });
});

describe('the canonical ref', () => {
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

  it('is that of the providers if they agree', () => {
    const stack = fallback(withDefault('acct_1'), withDefault('acct_1', 'other'));
    expect(stack.canonical?.({ name: 'a' })).toEqual({ name: 'a', scope: { account: 'acct_1' } });
    expect(fallback(folding, { ...folding }).canonical?.({ name: 'a' })).toEqual({ name: 'A' });
  });

  it('is the same for two refs only if it is for each provider', () => {
    const stack = fallback(withDefault('acct_1'), plain);
    expect(same(stack, { name: 'a' }, { name: 'a', scope: { account: 'acct_1' } })).toBe(false);
    expect(same(stack, { name: 'a' }, { name: 'a' })).toBe(true);
    expect(same(fallback(folding, plain), { name: 'a' }, { name: 'A' })).toBe(false);
    const agreeing = fallback(withDefault('acct_1'), withDefault('acct_1'));
    expect(same(agreeing, { name: 'a' }, { name: 'a', scope: { account: 'acct_1' } })).toBe(true);
  });

  it('equals no ref of a caller if the providers do not agree', () => {
    const stack = fallback(withDefault('acct_1'), withDefault('acct_2'));
    const canonical = stack.canonical?.({ name: 'a' });
    expect(canonical?.name.startsWith('\0')).toBe(true);
    expect(canonical?.scope).toEqual({ account: 'acct_1, acct_2' });
    expect(stack.canonical?.({ name: 'a', scope: { account: 'acct_1, acct_2' } })).toEqual({
      name: 'a',
      scope: { account: 'acct_1, acct_2' },
    });
  });

  it('is distinct also if providers agree on a name that starts with the mark', () => {
    const fixed = (name: string): SecretProvider => ({
      name: 'fixed',
      get: async () => undefined,
      canonical: (ref) => (ref.name === 'x' ? { name } : ref),
    });
    const inner = fallback(folding, plain);
    const marked = inner.canonical?.({ name: 'a' })?.name ?? '';
    const stack = fallback(fixed(marked), { ...fixed(marked) });
    const nested = fallback(stack, inner);
    expect(stack.canonical?.({ name: 'x' })?.name).not.toBe(marked);
    expect(same(nested, { name: 'x' }, { name: 'a' })).toBe(false);
  });

  it('keeps the user, and the only account', () => {
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
  ])('keeps a scoped client in the default account of each provider: %#', async (providers, account) => {
    const secrets = createSecrets(fallback(...(providers as [SecretProvider]))).scoped({ user: 'usr_1' });
    await expect(secrets.get({ name: 'a', scope: { account } })).rejects.toMatchObject({
      code: 'invalid_argument',
    });
    expect(await secrets.get('a')).toBe(undefined);
  });
});

describe('disposal', () => {
  it('disposes of all providers once, also if some throw, and rejects with the first failure', async () => {
    const disposed: string[] = [];
    const disposing = (name: string, error?: unknown): SecretProvider => ({
      name,
      get: async () => seal('value'),
      [Symbol.asyncDispose]: async () => {
        disposed.push(name);
        if (error) throw error;
      },
    });
    const stack = fallback(
      disposing('p1'),
      disposing('p2', failure('timeout')),
      disposing('p3', failure('conflict')),
      disposing('p4'),
    );
    const secrets = createSecrets(stack);
    await secrets.get('a');
    await expect(secrets.close()).rejects.toMatchObject({ code: 'timeout' });
    await expect(stack[Symbol.asyncDispose]?.()).rejects.toMatchObject({ code: 'timeout' });
    expect(disposed).toEqual(['p1', 'p2', 'p3', 'p4']);
    expect(await outcome(secrets.get('a'))).toBe('closed');
    expect(await outcome(stack.get({ name: 'a' }, {}))).toBe('closed');
  });

  it('does not wait for a provider that hangs before it disposes of the others', async () => {
    const disposed: string[] = [];
    const disposing = (name: string, end: Promise<void>): SecretProvider => ({
      name,
      get: async () => undefined,
      [Symbol.asyncDispose]: () => {
        disposed.push(name);
        return end;
      },
    });
    void fallback(disposing('p1', new Promise(() => {})), disposing('p2', Promise.resolve()))[
      Symbol.asyncDispose
    ]?.();
    await flush();
    expect(disposed).toEqual(['p1', 'p2']);
  });

  it('works with providers that have none', async () => {
    const stack = fallback(scripted('plain', {}).provider);
    await expect(stack[Symbol.asyncDispose]?.()).resolves.toBe(undefined);
  });
});

describe('its layer', () => {
  it('has its providers, and their layers', () => {
    const stack = fallback(recommended()(scripted('first', {}).provider), scripted('second', {}).provider, {
      fallThroughOn: ['unknown'],
    });
    expect(stack.name).toBe('fallback(cache(retry(circuitBreaker(timeout(first)))), second)');
    expect(layersOf(stack)).toEqual([
      {
        name: 'fallback',
        kind: Symbol.for('secretkit.kind.fallback'),
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

describe('a harmful order around it', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });
  function warnings(build: () => unknown): string[] {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    build();
    return warn.mock.calls.map(([, about]) => (about as unknown as { code: string }).code);
  }
  const stack = () => fallback(scripted('first', {}).provider, scripted('second', {}).provider);

  it('is a cache: compose warns about it once', () => {
    expect(warnings(() => compose(cache())(stack()))).toEqual(['SECRETKIT_ORDER_CACHE_OUTSIDE_FALLBACK']);
    vi.restoreAllMocks();
    expect(warnings(() => recommended()(stack()))).toEqual(['SECRETKIT_ORDER_CACHE_OUTSIDE_FALLBACK']);
    vi.restoreAllMocks();
    expect(warnings(() => compose(cache(), retry())(stack()))).toEqual([
      'SECRETKIT_ORDER_CACHE_OUTSIDE_FALLBACK',
    ]);
  });

  it('is not a cache inside it, and is accepted by anyOrder', () => {
    expect(warnings(() => anyOrder(cache())(stack()))).toEqual([]);
    const inside = () => compose(cache())(scripted('first', {}).provider);
    expect(warnings(() => fallback(inside(), stack()))).toEqual([]);
    expect(checkOrder(fallback(inside(), stack()))).toEqual([]);
  });

  it('is found with the remedy by checkOrder', () => {
    const problems = checkOrder(cache()(stack()));
    expect(problems.map(({ code }) => code)).toEqual(['SECRETKIT_ORDER_CACHE_OUTSIDE_FALLBACK']);
    expect(problems[0]?.message).toMatch(/fallback.*around each provider/);
  });

  it('is found through its branches, once each', () => {
    const inner = () =>
      fallback(cache()(scripted('first', {}).provider), cache()(scripted('second', {}).provider));
    expect(warnings(() => compose(retry())(inner()))).toEqual(['SECRETKIT_ORDER_RETRY_OUTSIDE_CACHE']);
    vi.restoreAllMocks();
    const accepted = () =>
      fallback(anyOrder(cache())(scripted('first', {}).provider), scripted('second', {}).provider);
    expect(warnings(() => compose(retry())(accepted()))).toEqual([]);
  });
});

describe('invalid arguments are refused at construction', () => {
  const { provider } = scripted('first', {});
  const other = scripted('other', {}).provider;
  it.each<[string, unknown[], RegExp]>([
    ['no argument', [], /^fallback: arguments must have a provider, got none\./],
    ['only options', [{}], /^fallback: arguments must have a provider, got none\./],
    [
      'undefined',
      [provider, undefined],
      /^fallback: argument 2: provider must have a name and a get method, such as envSecrets\(\), got undefined\./,
    ],
    [
      'a promise of a provider',
      [Promise.resolve(provider), other],
      /^fallback: argument 1: provider must have a name and a get method, such as envSecrets\(\), got a promise/,
    ],
    [
      'a promise of a provider, last',
      [provider, Promise.resolve(other)],
      /argument 2: .* got a promise \(await it\)/,
    ],
    ['an array of providers', [[provider, other]], /^fallback: argument 1: .* got an array\./],
    [
      'a malformed provider',
      [provider, { name: 'CANARY' }],
      /^fallback: argument 2: provider must have a name/,
    ],
    [
      'a provider without a name',
      [provider, { get: async () => undefined }],
      /^fallback: argument 2: provider must have a name/,
    ],
    ['options before a provider', [provider, {}, other], /^fallback: argument 2: provider must have a name/],
    [
      'the same provider twice',
      [provider, other, provider],
      /^fallback: arguments 1 and 3 must be different providers/,
    ],
    [
      'an unknown option',
      [provider, { onFallthrough: 5 }],
      /^fallback: unknown option "onFallthrough"\..* fallThroughOn, onFallThrough, now/,
    ],
    [
      'an unknown code',
      [provider, { fallThroughOn: ['CANARY'] }],
      /^fallback: fallThroughOn must be an array of permission_denied, unauthenticated, unknown, got /,
    ],
    [
      'a code that falls through in any case',
      [provider, { fallThroughOn: ['unavailable'] }],
      /^fallback: fallThroughOn must be an array of/,
    ],
    [
      'a code that is not in an array',
      [provider, { fallThroughOn: 'unknown' }],
      /^fallback: fallThroughOn must be an array of .*, got string\./,
    ],
  ])('%s', (_, args, message) => {
    const build = (): unknown => (fallback as (...given: unknown[]) => unknown)(...args);
    expect(build).toThrow(TypeError);
    expect(build).toThrow(message);
    expect(build).not.toThrow(/CANARY/);
  });

  it('but not options without a prototype, or a single provider', async () => {
    const options = Object.assign(Object.create(null) as object, { now: () => 5 });
    expect(fallback(provider, options).name).toBe('fallback(first)');
  });
});
