import { inspect } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { failureOf } from '../../test/failure-of.js';
import { outcome, revealed } from '../../test/revealed.js';
import type { SecretChange, SecretProvider } from '../contract/provider.js';
import { type Secret, seal } from '../contract/secret.js';
import { createSecrets } from './create-secrets.js';

/** A store of one value, which counts its reads and reports changes. */
function storeOf(initial: string | Uint8Array) {
  let stored: Secret | undefined = seal(initial);
  const listeners = new Set<(change: SecretChange) => void>();
  const get = vi.fn<SecretProvider['get']>(async () => stored);
  const provider: SecretProvider = {
    name: 'store',
    get,
    set: async () => undefined,
    compareAndSet: async () => ({ version: '1' }),
    delete: async () => undefined,
    listVersions: async () => [],
    memory: {
      cached: () => () => stored && { secret: stored },
      invalidate: () => undefined,
      subscribe(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
  };
  const put = (value: string | undefined): void => {
    stored = value === undefined ? undefined : seal(value);
    for (const listener of listeners) if (stored) listener({ ref: { name: 'db' }, secret: stored });
  };
  return { secrets: createSecrets(provider), get, put, listeners };
}

const json = String.raw`{
  "text": "CANARY", "number": 5432, "float": 1.5, "yes": true, "no": false, "zero": 0,
  "object": { "a": [1, "b"] }, "array": [1, { "deep": "x" }], "nothing": null, "empty": "",
  "a/b": "slash", "m~n": "tilde", "~1": "escaped", "/": "root", "": "unnamed", "length": "own length",
  "__proto__": { "polluted": "own" }, "then": "not a promise",
  "unsafe": 9007199254740993, "negative": -9007199254740993, "safe": 9007199254740991, "huge": 1e400, "low": -1e400,
  "inner": { "unsafe": [9007199254740993] }, "surrogate": "CANARY\ud800"
}`;

describe('a field', () => {
  it.each([
    ['a text', 'text', 'CANARY'],
    ['a number', 'number', '5432'],
    ['a fraction', 'float', '1.5'],
    ['zero', 'zero', '0'],
    ['true', 'yes', 'true'],
    ['false', 'no', 'false'],
    ['the largest safe integer', 'safe', '9007199254740991'],
    ['an object', 'object', '{"a":[1,"b"]}'],
    ['an array', 'array', '[1,{"deep":"x"}]'],
    ['null', 'nothing', undefined],
    ['an empty text', 'empty', undefined],
    ['a missing key', 'missing', undefined],
    ['a key by pointer', '/text', 'CANARY'],
    ['a nested pointer', '/object/a/1', 'b'],
    ['a pointer through an array', '/array/1/deep', 'x'],
    ['a pointer past a text', '/text/0', undefined],
    ['a pointer past null', '/nothing/a', undefined],
    ['an index with a leading zero', '/array/01', undefined],
    ['an index after the end', '/array/-', undefined],
    ['the length of an array', '/array/length', undefined],
    ['an own key that is named length', 'length', 'own length'],
    ['a key with a slash', 'a/b', 'slash'],
    ['a key with a slash by pointer', '/a~1b', 'slash'],
    ['a key with a tilde', 'm~n', 'tilde'],
    ['a key with a tilde by pointer', '/m~0n', 'tilde'],
    ['a key that looks escaped', '/~01', 'escaped'],
    ['a key that is a slash', '/~1', 'root'],
    ['an empty key', '/', 'unnamed'],
    ['an own key __proto__', '__proto__', '{"polluted":"own"}'],
    ['a pointer through an own __proto__', '/__proto__/polluted', 'own'],
    ['an inherited __proto__', '/object/__proto__', undefined],
    ['an inherited method', 'toString', undefined],
    ['an inherited constructor', '/object/constructor/name', undefined],
    ['a key that is named then', 'then', 'not a promise'],
  ])('may be %s', async (_, field, expected) => {
    const { secrets } = storeOf(json);
    expect(revealed(await secrets.get({ name: 'db', field }))).toBe(expected);
    expect(revealed(secrets.peek({ name: 'db', field }))).toBe(expected);
    expect(await outcome(secrets.require({ name: 'db', field }))).toBe(expected ?? 'not_found');
    const { one } = await secrets.getMany({ one: { name: 'db', field } });
    expect(revealed(one)).toBe(expected);
  });

  it('that was read before is the same sealed value each time', async () => {
    const { secrets } = storeOf(json);
    const first = secrets.peek({ name: 'db', field: 'text' });
    await secrets.get({ name: 'db', field: 'number' });
    expect(secrets.peek({ name: 'db', field: 'text' })).toBe(first);
  });

  it('that is absent is not found by use', async () => {
    const run = vi.fn();
    const using = storeOf(json).secrets.use({ name: 'db', field: 'absent' }, run);
    await expect(using).rejects.toMatchObject({ code: 'not_found', ref: { name: 'db' } });
    expect(run).not.toHaveBeenCalled();
  });

  it.each(['unsafe', 'negative', 'huge', 'low', 'inner', '/inner/unsafe/0', 'surrogate'])(
    'that cannot be shown without loss is invalid_data: %s',
    async (field) => {
      const { secrets } = storeOf(json);
      const error = await failureOf(() => secrets.get({ name: 'db', field }));
      expect(error).toMatchObject({
        code: 'invalid_data',
        provider: 'store',
        operation: 'get',
        ref: { name: 'db' },
      });
      expect(inspect(error, { depth: null, showHidden: true })).not.toMatch(/CANARY|90071|Infinity/);
      expect(await outcome(secrets.get({ name: 'db', field: 'text' }))).toBe('CANARY');
    },
  );

  it.each([
    ['a text', 'CANARY'],
    ['a cut object', '{"text": "CANARY'],
    ['an array', '["CANARY"]'],
    ['a JSON text', '"CANARY"'],
    ['a number', '5'],
    ['null', 'null'],
    ['bytes', Buffer.from('{"text":"CANARY"}')],
  ])('of %s, which is not a JSON object, is invalid_data and quotes nothing', async (_, value) => {
    const { secrets } = storeOf(value);
    const input = { name: 'db', field: 'text' };
    for (const call of [
      () => secrets.get(input),
      () => secrets.require(input),
      () => secrets.use(input, () => 'ran'),
      () => secrets.getMany({ one: input }),
      () => secrets.peek(input),
    ]) {
      const error = await failureOf(call);
      expect(error).toMatchObject({ code: 'invalid_data', ref: { name: 'db' } });
      expect(inspect(error, { depth: null, showHidden: true })).not.toContain('CANARY');
    }
  });

  it('has the metadata of its secret', async () => {
    const meta = { expiresAt: new Date(1e13), createdAt: new Date(1), version: 'v1' };
    const secrets = createSecrets({ name: 'store', get: async () => seal('{"a":"b"}', meta) });
    const { expiresAt, createdAt, version, format } = await secrets.require({ name: 'db', field: 'a' });
    expect({ expiresAt, createdAt, version, format }).toEqual({ ...meta, format: 'text' });
  });

  it('of a missing secret is missing', async () => {
    const { secrets, put } = storeOf('{}');
    put(undefined);
    expect(await secrets.get({ name: 'db', field: 'a' })).toBeUndefined();
    expect(await outcome(secrets.require({ name: 'db', field: 'a' }))).toBe('not_found');
    expect(await outcome(secrets.use({ name: 'db', field: 'a' }, () => 'ran'))).toBe('not_found');
  });

  it.each(['', undefined, null, 5, 'CANARY\n'])('must be a text: %j', async (field) => {
    const { secrets, get } = storeOf(json);
    const input = { name: 'db', field } as never;
    for (const call of [
      () => secrets.get(input),
      () => secrets.getMany({ one: input }),
      () => secrets.use(input, () => 'ran'),
      () => secrets.peek(input),
      () => secrets.onChange(input, () => undefined),
    ]) {
      const error = await failureOf(call);
      expect(error).toMatchObject({ code: 'invalid_argument' });
      expect((error as Error).message).toContain('field must');
      expect((error as Error).message).not.toContain('CANARY');
    }
    expect(get).not.toHaveBeenCalled();
  });

  it('is refused by every method that does not read', async () => {
    const { secrets, get } = storeOf(json);
    const input = { name: 'db', field: 'text' };
    for (const call of [
      () => secrets.set(input, 'value'),
      () => secrets.compareAndSet(input, 'value', '1'),
      () => secrets.delete(input),
      () => secrets.listVersions(input),
    ]) {
      expect(await failureOf(call)).toMatchObject({
        code: 'invalid_argument',
        problem: expect.stringContaining('unknown field "field"') as unknown,
      });
    }
    expect(get).not.toHaveBeenCalled();
  });

  it('does not reach the provider', async () => {
    const { secrets, get } = storeOf(json);
    await secrets.scoped({ user: 'usr_1' }).get({ name: 'db', version: '1', field: 'text' });
    expect(get.mock.calls[0]?.[0]).toEqual({ name: 'db', version: '1', scope: { user: 'usr_1' } });
  });
});

describe('five fields of one secret', () => {
  it('are one read, parsed once', async () => {
    const { secrets, get } = storeOf(json);
    const parse = vi.spyOn(JSON, 'parse');
    const fields = ['text', 'number', 'yes', 'object', '/array/0'];
    const inputs = Object.fromEntries(fields.map((field) => [field, { name: 'db', field }]));
    const answers = await secrets.getManySettled(inputs);
    expect(Object.values(answers).map(revealed)).toEqual(['CANARY', '5432', 'true', '{"a":[1,"b"]}', '1']);
    expect(get).toHaveBeenCalledTimes(1);
    for (const field of fields) await secrets.get({ name: 'db', field });
    expect(parse).toHaveBeenCalledTimes(1);
  });

  it('fail in their own places', async () => {
    const { secrets } = storeOf(json);
    const field = (name: string) => ({ name: 'db', field: name });
    const refs = { text: field('text'), unsafe: field('unsafe'), gone: field('gone'), whole: 'db' };
    const { text, unsafe, gone, whole } = await secrets.getManySettled(refs);
    expect([text, unsafe, gone, whole].map(revealed)).toEqual([
      'CANARY',
      'failed: invalid_data',
      undefined,
      json,
    ]);
    expect(await outcome(secrets.getMany(refs))).toBe('invalid_data');
  });
});

describe('a change of a secret', () => {
  it('is reported for a field if the field has changed', () => {
    const { secrets, put } = storeOf('{"user":"app","password":"old"}');
    const seen: string[] = [];
    const watching = secrets.onChange({ name: 'db', field: 'password' }, (secret) =>
      seen.push(secret.reveal()),
    );
    put('{"user":"other","password":"old"}');
    put('{"user":"other","password":"new"}');
    put('{"user":"app","password":"new"}');
    put('CANARY, not JSON');
    put('{"user":"app"}');
    put('{"password":"new"}');
    put('{"password":"old"}');
    expect(seen).toEqual(['new', 'old']);
    watching[Symbol.dispose]();
    put('{"password":"later"}');
    expect(seen).toEqual(['new', 'old']);
  });

  it('is reported for a field that was not readable before', () => {
    const { secrets, put, listeners } = storeOf('CANARY, not JSON');
    const seen: string[] = [];
    secrets.onChange({ name: 'db', field: 'password' }, (secret) => seen.push(secret.reveal()));
    put('{"password":"first"}');
    expect([seen, listeners.size]).toEqual([['first'], 1]);
  });
});

describe('use of a field', () => {
  const login = async (secret: Secret): Promise<string> => {
    if (secret.reveal() !== 'new') throw Object.assign(new Error('refused'), { status: 401 });
    return 'in';
  };

  /** A store whose plain reads return a copy, and whose fresh ones return the stored value. */
  function rotating(copy: string, stored: string) {
    const get = vi.fn<SecretProvider['get']>(async (_ref, { fresh }) => seal(fresh ? stored : copy));
    return { get, secrets: createSecrets({ name: 'store', get }) };
  }
  const input = { name: 'db', field: 'password' };

  it('runs again with the new value of the field', async () => {
    const { secrets } = rotating('{"password":"old"}', '{"password":"new"}');
    expect(await secrets.use(input, login)).toBe('in');
  });

  it.each([
    ['did not change, though another one did', '{"password":"old","user":"other"}'],
    ['is gone', '{"user":"other"}'],
    ['cannot be read', 'CANARY, not JSON'],
  ])('does not run again if the field %s', async (_, stored) => {
    const { secrets } = rotating('{"password":"old"}', stored);
    const run = vi.fn(login);
    await expect(secrets.use(input, run)).rejects.toThrow('refused');
    expect(run).toHaveBeenCalledTimes(1);
  });
});

describe('watch and invalidate', () => {
  it('accept a field, for the whole secret', async () => {
    vi.useFakeTimers();
    const { secrets, get } = storeOf(json);
    const watching = secrets.watch(
      [
        { name: 'db', field: 'text' },
        { name: 'db', field: 'number' },
      ],
      { everyMs: 1_000 },
    );
    await vi.advanceTimersByTimeAsync(1_000);
    expect(get.mock.calls.map(([ref, { maxAgeMs }]) => [ref, maxAgeMs])).toEqual([[{ name: 'db' }, 500]]);
    watching[Symbol.dispose]();
    vi.useRealTimers();
    expect(() => secrets.invalidate({ name: 'db', field: 'text' })).not.toThrow();
  });
});
