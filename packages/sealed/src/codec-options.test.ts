import { expectNoLeak } from '@secretkit/conformance';
import { seal } from '@secretkit/core';
import { describe, expect, it } from 'vitest';
import { generateKey } from './key-bytes.js';
import { sealedCodec } from './sealed-codec.js';

const canary = 'CANARY-8c1f02d4-a-key-as-plain-text';
const key = generateKey();
const good = { keys: [{ id: 'k1', key }], namespace: 'shop' };
const floats = Object.defineProperty(new Float64Array(32).fill(0.5), Symbol.toStringTag, {
  value: 'Uint8Array',
});
const envelope = { wrap: async () => new Uint8Array(1), unwrap: async () => new Uint8Array(32) };

describe('sealedCodec', () => {
  it.each<[string, unknown, string]>([
    ['no options', undefined, 'options'],
    ['an unknown option', { ...good, key: canary }, 'key'],
    ['no namespace', { keys: good.keys }, 'namespace'],
    ['an empty namespace', { ...good, namespace: '' }, 'namespace'],
    ['a namespace with a lone surrogate', { ...good, namespace: '\ud800' }, 'namespace'],
    ['no keys', { namespace: 'shop' }, 'keys'],
    ['an empty list', { ...good, keys: [] }, 'keys'],
    ['a list with a hole', { ...good, keys: new Array(1) }, 'keys[0]'],
    ['an object of keys', { ...good, keys: { k1: canary } }, 'keys'],
    ['a key without an id', { ...good, keys: [canary] }, 'keys[0]'],
    ['an unknown field', { ...good, keys: [{ id: 'k1', key, secret: canary }] }, 'keys[0]'],
    ['an id with a dot', { ...good, keys: [{ id: `k.${canary}`, key }] }, 'keys[0].id'],
    ['a number as id', { ...good, keys: [{ id: 1, key }] }, 'keys[0].id'],
    ['a repeated id', { ...good, keys: [...good.keys, { id: 'k2', key }, { id: 'k1', key }] }, 'keys[2].id'],
    ['neither key nor envelope', { ...good, keys: [{ id: 'k1' }] }, 'keys[0]'],
    ['key and envelope', { ...good, keys: [{ id: 'k1', key, envelope }] }, 'keys[0]'],
    [
      'an envelope without unwrap',
      { ...good, keys: [{ id: 'k1', envelope: { wrap: envelope.wrap } }] },
      'envelope',
    ],
    ['a plain text', { ...good, keys: [{ id: 'k1', key: canary }] }, 'keys[0].key'],
    ['a promise', { ...good, keys: [{ id: 'k1', key: Promise.resolve(key) }] }, 'promise'],
    ['a Secret of a passphrase', { ...good, keys: [{ id: 'k1', key: seal(`${canary} !`) }] }, 'keys[0].key'],
    ['a Secret of wrong base64', { ...good, keys: [{ id: 'k1', key: seal('AAAAA') }] }, 'keys[0].key'],
    ['a mapped Secret', { ...good, keys: [{ id: 'k1', key: key.map((text) => [text]) }] }, 'keys[0].key'],
    ['16 bytes', { ...good, keys: [{ id: 'k1', key: new Uint8Array(16).fill(1) }] }, '32 bytes'],
    [
      'a Secret of 33 bytes',
      { ...good, keys: [{ id: 'k1', key: seal(new Uint8Array(33).fill(1)) }] },
      '32 bytes',
    ],
    ['floats that are called bytes', { ...good, keys: [{ id: 'k1', key: floats }] }, 'keys[0].key'],
    ['zeros', { ...good, keys: [{ id: 'k1', key: new Uint8Array(32) }] }, 'zeros'],
    ['a lifetime of 0', { ...good, dataKeyTtlMs: 0 }, 'dataKeyTtlMs'],
    ['a negative lifetime of failures', { ...good, failureTtlMs: -1 }, 'failureTtlMs'],
    ['a timeout that is a text', { ...good, envelopeTimeoutMs: '1' }, 'envelopeTimeoutMs'],
    ['a clock that is a number', { ...good, now: 1 }, 'now'],
  ])('refuses %s, and quotes nothing', (_, options, named) => {
    let error: unknown;
    try {
      sealedCodec(options as never);
    } catch (thrown) {
      error = thrown;
    }
    expect(['TypeError', 'RangeError']).toContain((error as Error).name);
    expect((error as Error).message).toMatch(/^sealedCodec: /);
    expect((error as Error).message).toContain(named);
    expectNoLeak(canary, error);
  });

  it('takes a key as bytes, as a Secret of bytes, and as a Secret of base64 or base64url, with a newline too: the same key', async () => {
    const bytes = new Uint8Array(Buffer.from(key.reveal(), 'base64'));
    const forms = [
      bytes,
      Buffer.from(bytes),
      seal(bytes),
      key,
      seal(Buffer.from(bytes).toString('base64url')),
      seal(`${key.reveal()}\n`),
    ];
    const codecs = forms.map((each) => sealedCodec({ keys: [{ id: 'k1', key: each }], namespace: 'shop' }));
    bytes.fill(0); // a codec has a copy
    const context = { use: 'queue', ref: 'token' };
    const record = await codecs[0]!.seal(context, { secret: seal('value'), fetchedAt: new Date(0) });
    const results = await Promise.all(codecs.map((codec) => codec.open(context, record)));
    expect(results.map(({ opened }) => opened)).toEqual(forms.map(() => true));
  });
});

describe('generateKey', () => {
  it('returns 32 random bytes as base64', () => {
    const keys = [generateKey(), generateKey()].map((each) => each.reveal());
    expect(keys[0]).not.toBe(keys[1]);
    expect(keys.map((each) => Buffer.from(each, 'base64').length)).toEqual([32, 32]);
  });
});
