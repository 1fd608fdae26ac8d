import { inspect } from 'node:util';
import { runInNewContext } from 'node:vm';
import { expectNoLeak } from '@secretkit/conformance';
import { createSecrets } from '@secretkit/core';
import {
  isSecret,
  isSecretError,
  type Secret,
  SecretError,
  type SecretProvider,
} from '@secretkit/core/provider';
import { memorySecrets } from '@secretkit/memory';
import { fakeSecrets } from '@secretkit/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { problemsOf } from './problems.js';
import { ref } from './reference.js';
import { resolveReferences, revealReferences } from './resolve-references.js';

const scope = { account: 'acct_1', user: 'usr_1' };

function setUp() {
  const fake = fakeSecrets({
    initial: [
      ['a', 'value of a'],
      ['b', 'value of b'],
      [{ name: 'a', scope }, 'theirs'],
    ],
  });
  return { fake, secrets: createSecrets(fake.provider) };
}

async function failureOf(resolving: Promise<unknown>): Promise<SecretError> {
  const thrown: unknown = await resolving.then(
    () => 'nothing',
    (error: unknown) => error,
  );
  if (isSecretError(thrown)) return thrown;
  throw new Error(`it threw ${inspect(thrown)}`);
}

/** The tree with revealed values: two sealed values are always equal. */
function revealed(tree: unknown): unknown {
  if (isSecret(tree)) return `revealed: ${String(tree.reveal())}`;
  if (Array.isArray(tree)) return tree.map(revealed);
  if (typeof tree !== 'object' || tree === null) return tree;
  return Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, revealed(value)]));
}

function formData(text: string): FormData {
  const form = new FormData();
  form.set('key', text);
  return form;
}

describe('each reference is replaced with its secret', () => {
  it('anywhere in the tree, from one batch for each scope', async () => {
    const { secrets, fake } = setUp();
    const config = {
      port: 8080,
      db: { password: 'secret://a', hosts: [{ token: ref('b') }, 'secret://a'] },
      theirs: ['secret://a?account=acct_1&user=usr_1', ref('a', scope)],
      nothing: null,
      none: undefined,
      text: 'a longer string with secret://a is not a reference',
    };
    const resolved = await resolveReferences(config, secrets);
    expect(revealed(resolved)).toEqual({
      port: 8080,
      db: {
        password: 'revealed: value of a',
        hosts: [{ token: 'revealed: value of b' }, 'revealed: value of a'],
      },
      theirs: ['revealed: theirs', 'revealed: theirs'],
      nothing: null,
      none: undefined,
      text: 'a longer string with secret://a is not a reference',
    });
    expect(Object.keys(resolved.db)).toEqual(['password', 'hosts']);
    expect([fake.calls(), fake.calls('getMany')]).toEqual([2, 1]);
    expect(inspect(resolved.db)).toBe('{ password: [secret], hosts: [ { token: [secret] }, [secret] ] }');
  });

  it('or, by revealReferences, with its string', async () => {
    const config = { user: 'app', password: 'secret://a', keys: [ref('b')] as const };
    expect(await revealReferences(config, setUp().secrets)).toEqual({
      user: 'app',
      password: 'value of a',
      keys: ['value of b'],
    });
  });

  it('of a version, by its id or its stage', async () => {
    const { secrets, fake } = setUp();
    const [first] = await secrets.listVersions('a');
    await fake.put('a', 'new value of a');
    const config = {
      old: ref('a', { version: first!.version }),
      stage: 'secret://a?version=current',
      now: 'secret://a',
    };
    expect(await revealReferences(config, secrets)).toEqual({
      old: 'value of a',
      stage: 'new value of a',
      now: 'new value of a',
    });
    const missing = await failureOf(resolveReferences({ x: 'secret://a?version=none' }, secrets));
    expect(missing.code).toBe('not_found');
  });

  it('of a backend without versions is unsupported, and makes no call', async () => {
    const { fake } = setUp();
    const secrets = createSecrets({ name: 'plain', get: fake.provider.get });
    const failure = await failureOf(resolveReferences({ x: 'secret://a?version=1' }, secrets));
    expect([failure.code, fake.calls()]).toEqual(['unsupported', 0]);
  });

  it('or with fields of its JSON object, from one read', async () => {
    const { secrets, fake } = setUp();
    const db = { host: 'db.example', port: 5432, tls: true, user: { name: 'app', 'a/b': [1] }, none: null };
    await fake.put('db', JSON.stringify(db));
    const config = {
      host: 'secret://db#host',
      port: 'secret://db#port',
      tls: ref('db', { field: 'tls' }),
      user: ref('db', { field: '/user/name' }),
      list: 'secret://db#/user/a~1b',
    };
    expect(await revealReferences(config, secrets)).toEqual({
      host: 'db.example',
      port: '5432',
      tls: 'true',
      user: 'app',
      list: '[1]',
    });
    expect(fake.calls()).toBe(1);
  });

  it.each([
    ['a field that is null', 'secret://db#none', 'not_found'],
    ['a field that the object does not have', 'secret://db#toString', 'not_found'],
    ['a value that is not a JSON object', 'secret://a#password', 'invalid_data'],
  ])('or is a problem: %s', async (_, text, code) => {
    const { secrets, fake } = setUp();
    await fake.put('db', '{"none":null,"password":"CANARY-in-the-object"}');
    await fake.put('a', 'CANARY-not-an-object');
    const failure = await failureOf(resolveReferences({ db: [text] }, secrets));
    expect(problemsOf(failure).map(({ at, error }) => [at, error.code])).toEqual([['db[0]', code]]);
    expectNoLeak(['CANARY-in-the-object', 'CANARY-not-an-object'], failure);
  });

  it('even if it is the whole tree', async () => {
    const { secrets } = setUp();
    expect((await resolveReferences(ref('a'), secrets)).reveal()).toBe('value of a');
    expect(await revealReferences('secret://b', secrets)).toBe('value of b');
  });

  it('after a clone, a merge and JSON', async () => {
    const config = { over: { key: ref('a', scope) }, json: { key: ref('b') } };
    const merged = {
      ...structuredClone(config),
      json: JSON.parse(JSON.stringify(config.json)) as typeof config.json,
    };
    Object.assign(merged.over.key, ref('b')); // as a deep merge does: the scope of the first is not kept
    expect(revealed(await resolveReferences(merged, setUp().secrets))).toEqual({
      over: { key: 'revealed: value of b' },
      json: { key: 'revealed: value of b' },
    });
  });

  it('in the scope of the client, and alone if the backend has no batch call', async () => {
    const { fake } = setUp();
    const { name, get } = fake.provider;
    const secrets = createSecrets<SecretProvider>({ name, get });
    const config = ['secret://a', 'secret://a?user=usr_1'];
    expect(revealed(await resolveReferences(config, secrets.scoped(scope)))).toEqual(
      Array(2).fill('revealed: theirs'),
    );
    expect(fake.calls('get')).toBe(1);
  });

  it('without a call if there are none', async () => {
    const { secrets, fake } = setUp();
    expect(await resolveReferences({ a: 1 }, secrets)).toEqual({ a: 1 });
    expect(fake.calls()).toBe(0);
  });
});

describe('a backslash', () => {
  it.each([
    ['\\secret://a', 'secret://a'],
    ['\\\\secret://a', '\\secret://a'],
    ['\\SECRET://a', 'SECRET://a'],
    ['\\ secret://a', ' secret://a'],
    ['\\server\\share', '\\server\\share'],
    ['\\', '\\'],
  ])('%j becomes %j', async (written, text) => {
    expect(await resolveReferences([written], setUp().secrets)).toEqual([text]);
  });
});

class Pool {
  readonly user = 'app';
  readonly hosts = ['db.example'];
  readonly key = Symbol('secret://a');
  readonly #size = 5;
  get size(): number {
    return this.#size;
  }
}

describe('everything else stays the same', () => {
  it('instances of classes, dates, buffers, maps, functions and secrets, by reference', async () => {
    class List extends Array<string> {}
    const others = {
      pool: new Pool(),
      date: new Date(0),
      buffer: Buffer.from('secret://a'),
      boxed: new String('text'),
      bytes: new Uint8Array(2),
      map: new Map([['a', 'text']]),
      set: new Set(['text']),
      url: new URL('https://example.com'),
      expression: /a/g,
      run: () => 'secret://a',
      list: List.from(['text']),
      error: new Error('secret://a'),
      secret: await setUp().secrets.require('b'),
      promise: Promise.resolve('secret://a'),
    };
    const resolved = (await resolveReferences<unknown>(
      { ...others, key: 'secret://a' },
      setUp().secrets,
    )) as typeof others;
    for (const [key, value] of Object.entries(others))
      expect(resolved[key as keyof typeof others], key).toBe(value);
    expect(resolved.pool.size).toBe(5);
  });

  it('getters of an instance, which are not called', async () => {
    let runs = 0;
    class Lazy {
      get password(): string {
        runs += 1;
        return 'secret://a';
      }
    }
    const own = Object.defineProperty(new Lazy(), 'own', { get: () => (runs += 1), enumerable: true });
    const config = { list: [own, Object.defineProperty(new Lazy(), 'hidden', { value: 'secret://a' })] };
    expect((await resolveReferences(config, setUp().secrets)).list[0]).toBe(own);
    expect(runs).toBe(0);
  });

  it('instances with cycles, and as deep as they are', async () => {
    class Node {
      next: unknown = undefined;
      readonly self = this;
    }
    const first = new Node();
    let end = first;
    for (let depth = 0; depth < 20_000; depth += 1) end = end.next = new Node();
    expect((await resolveReferences({ first }, setUp().secrets)).first).toBe(first);
    end.next = 'secret://a';
    expect((await failureOf(resolveReferences({ first }, setUp().secrets))).code).toBe('invalid_argument');
  });

  it('numbers, bigints, symbols, booleans, null and undefined', async () => {
    const plain = [0, -0, Number.NaN, 10n, Symbol.iterator, true, null, undefined, ''];
    expect(await resolveReferences(plain, setUp().secrets)).toEqual(plain);
  });

  it('cycles and shared parts', async () => {
    const shared = { key: 'secret://a' };
    const config: Record<string, unknown> = { one: shared, two: shared, list: [shared] };
    config['self'] = config;
    (config['list'] as unknown[]).push(config['list']);
    const resolved = (await resolveReferences(config, setUp().secrets)) as typeof config;
    expect(resolved['self']).toBe(resolved);
    expect(resolved['two']).toBe(resolved['one']);
    expect((resolved['list'] as unknown[])[1]).toBe(resolved['list']);
    expect((resolved['one'] as { key: Secret }).key.reveal()).toBe('value of a');
    expect(shared.key).toBe('secret://a');
  });

  it('getters, which are not called, symbols, keys that are not enumerable, holes and prototypes', async () => {
    let runs = 0;
    const tag = Symbol('tag');
    const config = Object.defineProperties(
      { [tag]: 'secret://a', list: ['secret://a', , 'x'] },
      {
        computed: { get: () => (runs += 1), enumerable: true, configurable: true },
        hidden: { value: 'secret://a', enumerable: false },
      },
    );
    const bare = Object.assign(Object.create(null) as object, { key: 'secret://a' });
    const resolved = (await resolveReferences({ config, bare }, setUp().secrets)) as {
      config: typeof config & { hidden: string; computed: number };
      bare: { key: Secret };
    };
    expect(runs).toBe(0);
    expect(Object.getOwnPropertyDescriptor(resolved.config, 'computed')).toEqual(
      Object.getOwnPropertyDescriptor(config, 'computed'),
    );
    expect(revealed(resolved.config[tag])).toBe('revealed: value of a');
    expect(resolved.config.hidden).toBe('secret://a');
    expect(Object.keys(resolved.config)).toEqual(['list', 'computed']);
    expect([resolved.config.list.length, 1 in resolved.config.list]).toEqual([3, false]);
    expect(Object.getPrototypeOf(resolved.bare)).toBe(null);
    expect(resolved.bare.key.reveal()).toBe('value of a');
  });

  it('frozen, sealed and read-only parts', async () => {
    const config = Object.freeze({
      list: Object.freeze(['secret://a', 'x']),
      sealed: Object.seal({ key: 'secret://a' }),
      closed: Object.preventExtensions({ key: 'secret://a' }),
      own: Object.defineProperty({}, 'key', { value: 'secret://a', enumerable: true }),
      open: { key: 'secret://a' },
    });
    const resolved = await resolveReferences(config, setUp().secrets);
    expect([Object.isFrozen(resolved), Object.isFrozen(resolved.list)]).toEqual([true, true]);
    expect([Object.isSealed(resolved.sealed), Object.isFrozen(resolved.sealed)]).toEqual([true, false]);
    expect([Object.isExtensible(resolved.closed), Object.isSealed(resolved.closed)]).toEqual([false, false]);
    expect(Object.getOwnPropertyDescriptor(resolved.own, 'key')).toMatchObject({
      writable: false,
      configurable: false,
    });
    resolved.open.key = 'can be changed';
    expect(revealed(resolved.list)).toEqual(['revealed: value of a', 'x']);
    expect((resolved.own as { key: Secret }).key.reveal()).toBe('value of a');
  });

  it('keys with the name of an inherited property', async () => {
    const config = JSON.parse('{"__proto__":{"key":"secret://a"},"constructor":"secret://b"}') as object;
    const resolved = await resolveReferences(config, setUp().secrets);
    expect(Object.keys(resolved)).toEqual(['__proto__', 'constructor']);
    expect(Object.getPrototypeOf(resolved)).toBe(Object.prototype);
    expect(revealed(Object.getOwnPropertyDescriptor(resolved, '__proto__')?.value)).toEqual({
      key: 'revealed: value of a',
    });
  });

  it('plain objects of another realm, which are copied', async () => {
    const config = runInNewContext('({ list: [{ key: "secret://a" }] })') as object;
    expect(revealed(await resolveReferences(config, setUp().secrets))).toEqual({
      list: [{ key: 'revealed: value of a' }],
    });
  });

  it('a tree of any depth', async () => {
    const config: { next?: unknown; key?: string } = {};
    let end = config;
    for (let depth = 0; depth < 20_000; depth += 1) end = end.next = {};
    end.key = 'secret://a';
    let at = (await resolveReferences(config, setUp().secrets)) as { next?: unknown; key?: Secret };
    while (at.next) at = at.next;
    expect(at.key?.reveal()).toBe('value of a');
  });

  it('any tree without references: the copy equals it and is another object', async () => {
    const secrets = createSecrets(memorySecrets());
    const tree = fc.object({ withNullPrototype: true, withSparseArray: true, maxDepth: 4 });
    await fc.assert(
      fc.asyncProperty(tree, async (config) => {
        const before = inspect(config, { depth: null });
        const copy = await resolveReferences(config, secrets);
        expect(inspect(copy, { depth: null })).toBe(before);
        expect(inspect(config, { depth: null })).toBe(before);
        expect(copy).not.toBe(config);
      }),
      { seed: 1, numRuns: 100 },
    );
  });
});

describe('the input', () => {
  it('is not changed, even by a call that fails', async () => {
    const { secrets, fake } = setUp();
    const config = { key: 'secret://a', deep: [ref('none'), { x: '\\secret://a' }] };
    const before = structuredClone(config);
    await failureOf(resolveReferences(config, secrets));
    fake.fail('unavailable');
    await failureOf(resolveReferences(config, secrets));
    expect(config).toEqual(before);
  });
});

class Db {
  readonly nested: unknown;
  constructor(readonly password: unknown) {
    this.nested = { list: [password] };
  }
}

describe.each([resolveReferences, revealReferences])('a tree of %o', (call) => {
  it.each<[string, unknown, string]>([
    ['an instance of a class', new Db('secret://a'), 'an instance of a class'],
    ['an instance without references', new Date(0), 'an instance of a class'],
    ['the environment', process.env, 'an instance of a class'],
    ['an instance of a subclass of Array', new (class extends Array<string> {})(), 'an array'],
    ['a map', new Map([['db', 'secret://a']]), 'an instance of a class'],
    ['a set', new Set(['secret://a']), 'an instance of a class'],
    ['a function', () => 'secret://a', 'function'],
    ['a promise', Promise.resolve({ db: 'secret://a' }), 'a promise (await it)'],
    ['a number', 5, 'number'],
    ['null', null, 'null'],
    ['undefined', undefined, 'undefined'],
  ])('that is %s is refused', async (_, config, kind) => {
    const { secrets, fake } = setUp();
    const error: unknown = await call(config, secrets).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TypeError);
    expect((error as TypeError).message).toContain(`${call.name}: config must be`);
    expect((error as TypeError).message).toContain(kind);
    expect(fake.calls()).toBe(0);
  });

  it.each<[string, unknown, readonly string[]]>([
    ['an instance of a class', new Db('secret://a'), ['x.password', 'x.nested.list[0]']],
    ['an instance in an instance', new Db(new Db(' SECRET://a')), ['x.password.password']],
    ['an instance, malformed', new Db('secret://'), ['x.password', 'x.nested.list[0]']],
    [
      'a map',
      new Map<unknown, unknown>([
        ['db', 'secret://a'],
        [{}, 'secret://a'],
      ]),
      ['x.db', 'x["(key)"]'],
    ],
    ['a set', new Set(['text', 'secret://a']), ['x["1"]']],
    ['headers', new Headers({ authorization: 'secret://a' }), ['x.authorization']],
    ['URL parameters', new URLSearchParams({ key: 'secret://a', other: 'text' }), ['x.key']],
    ['form data', formData('secret://a'), ['x.key']],
    ['an object of ref in a map', new Map([['db', ref('a')]]), ['x.db']],
    ['a subclass of Array', class extends Array<string> {}.from(['secret://a']), ['x[0]']],
    ['a function', Object.assign(() => 1, { password: 'secret://a' }), ['x.password']],
    ['a promise', Object.assign(Promise.resolve(1), { password: 'secret://a' }), ['x.password']],
    ['a boxed string', new String('secret://a'), ['x']],
    ['a URL', new URL('secret://a'), ['x']],
    ['a map of another realm', runInNewContext('new Map([["db", "secret://a"]])'), ['x.db']],
    ['a set of another realm', runInNewContext('new Set(["secret://a"])'), ['x["0"]']],
    ['a boxed string of another realm', runInNewContext('new String("secret://a")'), ['x']],
    ['a symbol', Object.assign(new Date(0), { [Symbol('s')]: 'secret://a' }), ['x[Symbol(s)]']],
  ])('with a reference in %s is refused, with its path', async (_, x, paths) => {
    const { secrets, fake } = setUp();
    const config = { fine: 'secret://b', x, again: [x] };
    const error = await failureOf(call(config, secrets));
    expect(error.code).toBe('invalid_argument');
    expect(
      problemsOf(error)
        .map(({ at }) => at)
        .slice(0, paths.length),
    ).toEqual(paths);
    expect(fake.calls()).toBe(0);
  });
});

it('a promise that rejects is refused, and its rejection is handled', async () => {
  const rejected = Promise.reject(new Error('CANARY'));
  await expect(resolveReferences(rejected, setUp().secrets)).rejects.toThrow(/config must .*promise/);
});

describe('allow', () => {
  const allow = ({ name }: { readonly name: string }): boolean => name.startsWith('a');

  it.each([resolveReferences, revealReferences])(
    'of %o refuses references before anything is read, with their paths',
    async (call) => {
      const { secrets, fake } = setUp();
      const config = { ok: 'secret://a', db: ['secret://b', ref('b', { user: 'usr_1' })] };
      const error = await failureOf(call(config, secrets, { allow }));
      expect([error.code, fake.calls()]).toEqual(['permission_denied', 0]);
      expect(problemsOf(error).map(({ at, error: { ref: of } }) => [at, of?.name])).toEqual([
        ['db[0]', 'b'],
        ['db[1]', 'b'],
      ]);
      await expect(call({ ok: 'secret://a' }, secrets, { allow })).resolves.toBeDefined();
    },
  );

  it('is called with each ref: its name, scope and version', async () => {
    const seen: unknown[] = [];
    const config = [ref('a', { ...scope, version: '1' }), 'secret://b#field'];
    const options = { allow: (each: unknown) => seen.push(each) < 0 };
    await failureOf(resolveReferences(config, setUp().secrets, options));
    expect(seen).toEqual([{ name: 'a', scope, version: '1' }, { name: 'b' }]);
  });

  it('must be a function that returns a boolean: a promise would allow everything', async () => {
    const { secrets, fake } = setUp();
    for (const wrong of [{ names: ['a'] }, () => Promise.reject(new Error('no')), () => undefined]) {
      const error: unknown = await resolveReferences(['secret://a'], secrets, {
        allow: wrong as never,
      }).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(TypeError);
      expect((error as TypeError).message).toMatch(/^resolveReferences: allow must /);
    }
    expect(fake.calls()).toBe(0);
  });
});

describe('one error reports all problems with their paths', () => {
  it('of malformed references, before anything is read', async () => {
    const { secrets, fake } = setUp();
    const config = {
      fine: 'secret://a',
      db: { hosts: ['x', { 'pass word': 'secret://' }], user: ' secret://CANARY-ab' },
      [Symbol('tag')]: { $secret: 'CANARY-secret' },
      'a-b': { $secret: 'secret://a', also: 1 },
    };
    const error = await failureOf(resolveReferences(config, secrets));
    expect(error.message.split('\n')).toEqual([
      expect.stringMatching(/^invalid_argument: /),
      expect.stringMatching(/^ {2}db\.hosts\[1\]\["pass word"\]: invalid_argument: reference .*name/),
      expect.stringMatching(/^ {2}db\.user: invalid_argument: reference .*%20/),
      expect.stringMatching(/^ {2}a-b: invalid_argument: reference object .*\$secret/),
      expect.stringMatching(/^ {2}\[Symbol\(tag\)\]: invalid_argument: reference .*secret:\/\//),
    ]);
    expectNoLeak(['CANARY-ab', 'CANARY-secret'], [error, problemsOf(error)]);
    expect(fake.calls()).toBe(0);
  });

  it('of the root', async () => {
    expect((await failureOf(resolveReferences('secret://none', setUp().secrets))).message).toContain(
      '  (root), "none": not_found: ',
    );
  });

  it('of missing secrets and failed reads; a ref of another tenant is refused without a call', async () => {
    const { secrets, fake } = setUp();
    fake.fail(new SecretError('rate_limited', 'Slow down.', { retryAfterMs: 1_000 }), 'b');
    const config = { list: ['secret://a', 'secret://none'], b: ref('b') };
    const error = await failureOf(resolveReferences(config, secrets));
    expect(error).toMatchObject({ code: 'not_found', retryAfterMs: 1_000 });
    expect(error.message.split('\n')).toEqual([
      expect.stringMatching(/^not_found: 2 of 3 references/),
      expect.stringMatching(/^ {2}list\[1\], "none": not_found: /),
      '  b, "b": rate_limited: Slow down.',
    ]);
    const calls = fake.calls();
    const theirs = await failureOf(
      resolveReferences({ key: ['secret://a?account=acct_2'] }, secrets.scoped({ account: 'acct_1' })),
    );
    expect(theirs.message).toMatch(/ {2}key\[0\].*: invalid_argument: .*acct_1/);
    expect(fake.calls()).toBe(calls);
  });

  it('with short paths of one line', async () => {
    const config = { [`${'x'.repeat(100)}\n`]: 'secret://none', ' ': ['secret://none'], '': 'secret://none' };
    const error = await failureOf(resolveReferences(config, setUp().secrets));
    expect(problemsOf(error).map(({ at }) => at)).toEqual([`["${'x'.repeat(49)}…"]`, '[" "][0]', '[""]']);
  });
});

describe('a call', () => {
  it.each([resolveReferences, revealReferences])(
    'of %o refuses a provider and unknown options',
    async (call) => {
      await expect(call({}, memorySecrets() as never)).rejects.toThrow(
        new RegExp(`^${call.name}: secrets .*provider`),
      );
      await expect(call({}, setUp().secrets, { reveal: true } as never)).rejects.toThrow(
        new RegExp(`^${call.name}: .*"reveal".*signal, fresh`),
      );
    },
  );

  it('rejects with the reason of an abort', async () => {
    const { secrets, fake } = setUp();
    fake.hang();
    const caller = new AbortController();
    const resolving = resolveReferences(['secret://a'], secrets, { signal: caller.signal });
    caller.abort('enough');
    await expect(resolving).rejects.toBe('enough');
  });
});
