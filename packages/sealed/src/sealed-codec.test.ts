import { expectNoLeak } from '@secretkit/conformance';
import { seal } from '@secretkit/core';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { RecordContext } from './associated-data.js';
import { generateKey } from './key-bytes.js';
import { nodeCipher } from './node-cipher.js';
import { createCodec, type SealedCodec, sealedCodec } from './sealed-codec.js';
import { webCipher } from './web-cipher.js';

const canary = 'CANARY-8c1f02d4';
const fetchedAt = new Date('2030-01-01T00:00:00Z');
const context = { use: 'queue', ref: 'token' };
const keyOf = (byte: number) => new Uint8Array(32).fill(byte);
const ciphers = Object.entries({ 'node:crypto': nodeCipher()!, 'Web Crypto': webCipher });

async function outcome(codec: SealedCodec, where: RecordContext, record: string): Promise<string> {
  const result = await codec.open(where, record);
  if (!result.opened) expectNoLeak(canary, result);
  return result.opened ? (result.secret?.reveal() ?? 'missing') : result.reason;
}

describe.each(ciphers)('%s', (_, cipher) => {
  const codecOf = (byte = 1, namespace = 'shop', id = 'k1') =>
    createCodec({ keys: [{ id, key: keyOf(byte) }], namespace }, cipher);

  it('opens what another codec with the same key sealed, with all that was sealed', async () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1 }).filter((each) => each.isWellFormed());
    const value = fc.oneof(text, fc.uint8Array({ minLength: 1, maxLength: 300 }));
    const date = fc.option(fc.date({ noInvalidDate: true }), { nil: undefined });
    const meta = fc.record({
      version: fc.option(text, { nil: undefined }),
      expiresAt: date,
      refreshAt: date,
      createdAt: date,
    });
    const property = fc.asyncProperty(
      value,
      meta,
      fc.date({ noInvalidDate: true }),
      async (each, facts, at) => {
        const secret = seal(each, facts);
        const record = await codecOf().seal(context, { secret, fetchedAt: at });
        expect(record).toMatch(/^sk1\.k1\.[\w-]{22}\.[\w-]+$/);
        const result = await codecOf().open(context, record);
        if (!result.opened || !result.secret) throw new Error('it did not open');
        expect(result.secret.reveal() === secret.reveal()).toBe(true);
        expect(result.secret.bytes()).toEqual(secret.bytes());
        expect(result.fetchedAt).toEqual(at);
        for (const field of ['format', 'version', 'expiresAt', 'refreshAt', 'createdAt'] as const) {
          expect(result.secret[field]).toEqual(secret[field]);
        }
      },
    );
    await fc.assert(property, { seed: 23, numRuns: 60 });
  });

  it('refuses every record with one bit changed, and every shorter one', async () => {
    const codec = codecOf();
    const record = await codec.seal(context, { secret: seal(canary), fetchedAt });
    const forged = [...record].flatMap((character, at) =>
      Array.from({ length: 7 }, (__, bit) => {
        const changed = String.fromCharCode(character.charCodeAt(0) ^ (1 << bit));
        return record.slice(0, at) + changed + record.slice(at + 1);
      }),
    );
    const shorter = [...record].map((__, at) => record.slice(0, at));
    const reasons = new Set<string>();
    for (const each of [...forged, ...shorter, `${record}A`, `${record}\n`]) {
      reasons.add(await outcome(codec, context, each));
    }
    expect([...reasons].sort()).toEqual(['malformed', 'not_authentic', 'unknown_key', 'unsupported_format']);
    expect(await outcome(codec, context, record)).toBe(canary);
  });

  it('refuses a record that was moved to any other context', async () => {
    const field = fc.constantFrom(undefined, 'a', 'b', 'ab');
    const contexts = fc.record({
      use: fc.constantFrom('a', 'b'),
      account: field,
      user: field,
      version: field,
      principal: field,
    });
    const where = ({
      use,
      account,
      user,
      version,
      principal,
    }: Record<string, string | undefined>): RecordContext => ({
      use: use!,
      ref: {
        name: 'token',
        scope: { ...(account && { account }), ...(user && { user }) },
        ...(version && { version }),
      },
      ...(principal && { principal }),
    });
    const codec = codecOf();
    const property = fc.asyncProperty(contexts, contexts, async (one, other) => {
      const record = await codec.seal(where(one), { secret: seal(canary), fetchedAt });
      const isSame = JSON.stringify(where(one)) === JSON.stringify(where(other));
      expect(await outcome(codec, where(other), record)).toBe(isSame ? canary : 'not_authentic');
    });
    await fc.assert(property, { seed: 24, numRuns: 100 });
    const record = await codec.seal(context, { secret: seal(canary), fetchedAt });
    expect(await outcome(codec, { ...context, ref: 'other' }, record)).toBe('not_authentic');
    expect(await outcome(codec, { ...context, ref: { name: 'token', scope: {} } }, record)).toBe(canary);
  });

  it('refuses a record of another key, namespace or key id', async () => {
    const record = await codecOf().seal(context, { secret: seal(canary), fetchedAt });
    expect(await outcome(codecOf(2), context, record)).toBe('not_authentic');
    expect(await outcome(codecOf(1, 'shop2'), context, record)).toBe('not_authentic');
    expect(await outcome(codecOf(1, 'shop', 'k2'), context, record)).toBe('unknown_key');
    expect(await outcome(codecOf(1, 'shop', 'k2'), context, record.replace('.k1.', '.k2.'))).toBe(
      'not_authentic',
    );
  });

  it('seals with the first key, and opens with the one that the record names, and no other', async () => {
    const old = { id: 'old', key: keyOf(1) };
    const rotated = createCodec({ keys: [{ id: 'new', key: keyOf(2) }, old], namespace: 'shop' }, cipher);
    const record = await codecOf(1, 'shop', 'old').seal(context, { secret: seal(canary), fetchedAt });
    expect(await rotated.open(context, record)).toMatchObject({ opened: true, keyId: 'old' });
    expect(await rotated.seal(context, { secret: seal(canary), fetchedAt })).toMatch(/^sk1\.new\./);
    expect(rotated.keyId).toBe('new');
    expect(await outcome(rotated, context, record.replace('.old.', '.new.'))).toBe('not_authentic');
    expect(await rotated.open(context, record.replace('.old.', '.gone.'))).toEqual({
      opened: false,
      reason: 'unknown_key',
      keyId: 'gone',
    });
  });

  it('records that there is no such secret', async () => {
    const record = await codecOf().seal(context, { secret: undefined, fetchedAt });
    expect(await codecOf().open(context, record)).toEqual({
      opened: true,
      secret: undefined,
      fetchedAt,
      keyId: 'k1',
    });
  });

  it('reports authentic content that it does not know', async () => {
    for (const plaintext of [
      '[]',
      '{',
      '{"fetchedAt":"x"}',
      '{"fetchedAt":0,"value":"x"}',
      '{"fetchedAt":0,"new":1}',
    ]) {
      const replacing = {
        ...cipher,
        encrypt: (...args: Parameters<typeof cipher.encrypt>) =>
          cipher.encrypt(args[0], args[1], new TextEncoder().encode(plaintext), args[3]),
      };
      const writer = createCodec({ keys: [{ id: 'k1', key: keyOf(1) }], namespace: 'shop' }, replacing);
      const record = await writer.seal(context, { secret: undefined, fetchedAt });
      expect(await outcome(codecOf(), context, record)).toBe('unsupported_content');
    }
  });
});

describe('the names of records', () => {
  const options = { keys: [{ id: 'k1', key: keyOf(1) }], namespace: 'shop' };
  const namesOf = (where: RecordContext, more: object = {}, [, cipher] = ciphers[0]!) =>
    createCodec({ ...options, ...more }, cipher).names(where);

  it('are the same for each platform and process, and show nothing', async () => {
    const [name] = await namesOf({ ...context, ref: canary });
    expect(await namesOf({ ...context, ref: canary }, {}, ciphers[1])).toEqual([name]);
    expect(name).toMatch(/^[\w-]{43}$/);
    expect(Buffer.from(name!, 'base64url').toString('latin1')).not.toContain('CANARY');
  });

  it('differ for each use, secret, tenant, principal, namespace and key', async () => {
    const other = [{ id: 'k1', key: keyOf(2) }];
    const names = await Promise.all([
      namesOf(context),
      namesOf({ ...context, use: 'other' }),
      namesOf({ ...context, ref: 'other' }),
      namesOf({ ...context, ref: { name: 'token', scope: { account: 'a' } } }),
      namesOf({ ...context, ref: { name: 'token', scope: { user: 'a' } } }),
      namesOf({ ...context, ref: { name: 'token', version: 'a' } }),
      namesOf({ ...context, principal: 'a' }),
      namesOf(context, { namespace: 'other' }),
      namesOf(context, { keys: other }),
    ]);
    expect(new Set(names.flat()).size).toBe(names.length);
  });

  it('are one for each key, the first key first, whatever its id', async () => {
    const [old] = await namesOf(context);
    const keys = [
      { id: 'k2', key: keyOf(2) },
      { id: 'renamed', key: keyOf(1) },
    ];
    const names = await namesOf(context, { keys });
    expect(names).toHaveLength(2);
    expect(names[1]).toBe(old);
  });

  it('of an envelope are the same in each process', async () => {
    const wrap = async (key: Uint8Array) => key;
    const keys = [{ id: 'kms', envelope: { wrap, unwrap: wrap } }];
    expect(await namesOf(context, { keys })).toEqual(await namesOf(context, { keys }));
    expect(await namesOf(context, { keys })).not.toEqual(
      await namesOf(context, { keys: [{ ...keys[0], id: 'b' }] }),
    );
  });

  it('are refused for a context that is wrong', async () => {
    await expect(namesOf({ ref: 'token' } as RecordContext)).rejects.toThrow(/use/);
  });
});

describe('a codec', () => {
  const codec = sealedCodec({ keys: [{ id: 'k1', key: generateKey() }], namespace: 'shop' });
  const content = { secret: seal(canary), fetchedAt };

  it('draws one salt, another after as many records as a key may have, and a nonce for each record', async () => {
    const random = (size: number) => globalThis.crypto.getRandomValues(new Uint8Array(size));
    const limited = createCodec(
      { keys: [{ id: 'k1', key: generateKey() }], namespace: 'shop' },
      webCipher,
      random,
      3,
    );
    const records = [];
    for (let at = 0; at < 7; at += 1) records.push(await limited.seal(context, content));
    const salts = records.map((record) => record.split('.')[2]);
    expect(salts.map((salt) => salts.indexOf(salt))).toEqual([0, 0, 0, 3, 3, 3, 6]);
    const nonces = records.map((record) => record.split('.')[3]!.slice(0, 16));
    expect(new Set(nonces).size).toBe(7);
    for (const record of records) expect(await outcome(limited, context, record)).toBe(canary);
  });

  it.each<[string, unknown]>([
    ['JSON', '{"a":1}'],
    ['an empty text', ''],
    ['no text', undefined],
    ['an object', { toString: () => canary }],
    ['three parts', 'sk1.k1.AAAAAAAAAAAAAAAAAAAAAA'],
    ['data without a ciphertext', `sk1.k1.${'A'.repeat(22)}.${'A'.repeat(38)}`],
    ['a salt with bits that mean nothing', `sk1.k1.${'A'.repeat(21)}B.${'A'.repeat(80)}`],
    ['an envelope without a data key', `sk1e.k1.${'A'.repeat(22)}.${'A'.repeat(80)}`],
    ['a data key without an envelope', `sk1.k1.${'A'.repeat(22)}.${'A'.repeat(80)}.AAAA`],
    ['a data key that is too large', `sk1e.k1.${'A'.repeat(22)}.${'A'.repeat(80)}.${'A'.repeat(8_196)}`],
  ])('reports %s as malformed', async (_, record) => {
    expect(await codec.open(context, record as string)).toEqual({ opened: false, reason: 'malformed' });
  });

  it('reports a newer format', async () => {
    expect(await outcome(codec, context, 'sk2.k1.AAAA.AAAA')).toBe('unsupported_format');
  });

  it('opens no record with a data key by a key without an envelope', async () => {
    const record = `sk1e.k1.${'A'.repeat(22)}.${'A'.repeat(80)}.AAAA`;
    expect(await outcome(codec, context, record)).toBe('not_authentic');
  });

  it.each<[string, unknown, unknown, string]>([
    ['no context', undefined, content, 'context'],
    ['an unknown field of the context', { ...context, tenant: canary }, content, 'context'],
    ['no use', { ref: 'token' }, content, 'use'],
    ['an empty use', { ...context, use: '' }, content, 'use'],
    ['an empty principal', { ...context, principal: '' }, content, 'principal'],
    ['a principal with a lone surrogate', { ...context, principal: `${canary}\ud800` }, content, 'principal'],
    ['a principal that is too long', { ...context, principal: canary.repeat(400) }, content, 'principal'],
    ['no ref', { use: 'queue' }, content, 'ref'],
    ['an empty name', { ...context, ref: '' }, content, 'name'],
    ['an empty account', { ...context, ref: { name: 'token', scope: { account: '' } } }, content, 'account'],
    ['no content', context, canary, 'content'],
    ['an unknown field of the content', context, { ...content, value: canary }, 'content'],
    ['no secret', context, { fetchedAt }, 'content.secret'],
    ['a plain text', context, { secret: canary, fetchedAt }, 'content.secret'],
    ['a mapped value', context, { secret: seal(canary).map((text) => [text]), fetchedAt }, 'content.secret'],
    ['a stale value', context, { secret: stale(), fetchedAt }, 'content.secret'],
    ['no date', context, { secret: seal(canary) }, 'content.fetchedAt'],
    ['an invalid date', context, { secret: seal(canary), fetchedAt: new Date(NaN) }, 'content.fetchedAt'],
  ])('refuses %s, and quotes nothing', async (_, where, what, named) => {
    const error: unknown = await codec.seal(where as never, what as never).catch((each: unknown) => each);
    expect(error).toMatchObject({ code: 'invalid_argument', message: expect.stringContaining(named) });
    expectNoLeak(canary, error);
  });

  it('refuses a context that is wrong when it opens, too', async () => {
    await expect(codec.open({ use: 'queue' } as never, 'x')).rejects.toMatchObject({
      code: 'invalid_argument',
    });
  });

  it.each([null, 5, { signal: 5 }, { signal: null }, { sginal: undefined }])(
    'refuses wrong options: %j',
    async (options) => {
      const wrong = options as never;
      await expect(codec.seal(context, content, wrong)).rejects.toThrow(/^seal: .*(options|signal)/);
      await expect(codec.open(context, 'x', wrong)).rejects.toThrow(/^open: .*(options|signal)/);
      await expect(codec.open(context, 'x', wrong)).rejects.toBeInstanceOf(TypeError);
    },
  );

  it('rejects with the reason of a signal that has fired', async () => {
    const signal = AbortSignal.abort('gone');
    await expect(codec.seal(context, content, { signal })).rejects.toBe('gone');
    await expect(codec.open(context, 'x', { signal })).rejects.toBe('gone');
  });

  it('shows neither its key nor a value', async () => {
    const key = generateKey();
    const shown = sealedCodec({ keys: [{ id: 'k1', key }], namespace: 'shop' });
    const record = await shown.seal(context, content);
    const result = await shown.open(context, record);
    expectNoLeak([canary, key.reveal()], [shown, record, result]);
  });
});

describe('with fields on Object.prototype', () => {
  const added = {
    account: 'B',
    user: 'B',
    version: 'B',
    principal: 'B',
    scope: { account: 'B' },
    expiresAt: 1,
    value: 'B',
    toJSON: () => 'B',
    tagLength: 96,
    now: 5,
    secret: 'B',
  };
  afterEach(() => {
    for (const field of Object.keys(added)) Reflect.deleteProperty(Object.prototype, field);
  });

  it.each(
    ciphers.flatMap(([name, cipher]) =>
      Object.entries(added).map(([field, value]) => [name, field, value, cipher] as const),
    ),
  )('%s: the field %s changes no record', async (_, field, value, cipher) => {
    const options = { keys: [{ id: 'k1', key: keyOf(1) }], namespace: 'shop' };
    const secret = seal(canary);
    const before = await createCodec(options, cipher).seal(context, { secret, fetchedAt });
    const missing = await createCodec(options, cipher).seal(context, { secret: undefined, fetchedAt });
    Object.defineProperty(Object.prototype, field, { value, configurable: true, writable: true });
    const polluted = createCodec(options, cipher);
    const after = await polluted.seal(context, { secret, fetchedAt });
    const results = [await polluted.open(context, before), await polluted.open(context, missing)];
    Reflect.deleteProperty(Object.prototype, field);
    expect(await outcome(createCodec(options, cipher), context, after)).toBe(canary);
    expect(results.map((each) => each.opened)).toEqual([true, true]);
    const [opened, absent] = results as { secret?: ReturnType<typeof seal> }[];
    expect([opened?.secret?.reveal(), opened?.secret?.expiresAt, opened?.secret?.version]).toEqual([
      canary,
      undefined,
      undefined,
    ]);
    expect(absent?.secret).toBeUndefined();
  });
});

/** A value that a cache serves past its freshness. */
function stale() {
  return new Proxy(seal(canary), {
    get: (secret, field) => {
      if (field === 'staleSince') return fetchedAt;
      const value: unknown = Reflect.get(secret, field, secret);
      return typeof value === 'function' ? (value.bind(secret) as unknown) : value;
    },
  });
}
