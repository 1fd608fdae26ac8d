import { inspect } from 'node:util';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSecrets } from '../client/create-secrets.js';
import type { SecretProvider } from './provider.js';
import { contentOf, markStale, type Secret, sameValue, seal } from './secret.js';
import { isSecretError } from './secret-error.js';

const awkward = Uint8Array.of(0x00, 0xff, 0xfe, 0x80);

describe('sealed bytes', () => {
  it.each([
    ['that are not UTF-8', awkward],
    ['that happen to be base64', new TextEncoder().encode('AP/+gA==')],
    ['that are a text', new TextEncoder().encode('pässword 🔑')],
    ['of zeros', new Uint8Array(3)],
    ['of 70,000 values', Uint8Array.from({ length: 70_000 }, (_, at) => at % 256)],
  ])('%s are returned unchanged', (_, bytes) => {
    const secret = seal(bytes);
    expect(secret.format).toBe('base64');
    expect([...secret.bytes()]).toEqual([...bytes]);
    expect(secret.reveal()).toBe(Buffer.from(bytes).toString('base64'));
  });

  it('are returned unchanged, whatever they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 50 }), (bytes) => {
        const again = seal(contentOf(seal(bytes)));
        expect([again.format, ...again.bytes()]).toEqual(['base64', ...bytes]);
      }),
      { numRuns: 300, seed: 5 },
    );
  });

  it.each([
    ['a Buffer', Buffer.from(awkward)],
    ['a part of a larger buffer', new Uint8Array([9, 9, ...awkward, 9]).subarray(2, 6)],
    ['an array of another realm', runInNewContext('Uint8Array.of(0x00, 0xff, 0xfe, 0x80)') as Uint8Array],
  ])('may be %s', (_, bytes) => {
    expect([...seal(bytes).bytes()]).toEqual([...awkward]);
  });

  it('are a copy, when they are sealed and when they are read', () => {
    const given = awkward.slice();
    const secret = seal(given);
    given.fill(1);
    secret.bytes().fill(2);
    expect([...secret.bytes()]).toEqual([...awkward]);
  });

  it.each([
    ['an empty array', new Uint8Array()],
    ['an empty Buffer', Buffer.alloc(0)],
    ['an ArrayBuffer', awkward.buffer],
    ['a DataView', new DataView(awkward.buffer)],
    ['other numbers', Uint16Array.of(1)],
    ['a list of numbers', [1, 2]],
  ])('cannot be %s', (_, value) => {
    let error: unknown;
    try {
      seal(value as never);
    } catch (thrown) {
      error = thrown;
    }
    expect(isSecretError(error, 'invalid_argument')).toBe(true);
  });

  it('keep their metadata', () => {
    const meta = { expiresAt: new Date(3), refreshAt: new Date(2), createdAt: new Date(1), version: 'v1' };
    const { expiresAt, refreshAt, createdAt, version } = seal(awkward, meta);
    expect({ expiresAt, refreshAt, createdAt, version }).toEqual(meta);
    expect(() => seal('value', { refreshAt: new Date('never') })).toThrow(/refreshAt/);
  });

  it('are still bytes when they are marked as stale', () => {
    const stale = markStale(seal(awkward), new Date(1));
    expect([stale.format, ...stale.bytes()]).toEqual(['base64', ...awkward]);
  });

  it('differ from the text that shows them', () => {
    expect(sameValue(seal(awkward), seal('AP/+gA=='))).toBe(false);
    expect(sameValue(seal(awkward), seal(awkward))).toBe(true);
    expect(contentOf(seal('AP/+gA=='))).toBe('AP/+gA==');
  });

  it.each([
    [
      'inspect',
      (secret: Secret) =>
        inspect(secret, { depth: null, showHidden: true, customInspect: false, getters: true }),
    ],
    ['JSON', (secret: Secret) => JSON.stringify({ secret })],
    [
      'structuredClone',
      (secret: Secret) => inspect(structuredClone(secret), { showHidden: true, customInspect: false }),
    ],
    ['own keys', (secret: Secret) => inspect(Reflect.ownKeys(secret))],
    ['a template', (secret: Secret) => String(secret)],
  ])('are not shown by %s, as text, base64 or hex', (_, render) => {
    const canary = Buffer.from('CANARY-not-a-real-secret');
    const shapes = (['latin1', 'base64', 'base64url', 'hex'] as const).map((encoding) =>
      canary.toString(encoding),
    );
    for (const secret of [seal(canary), markStale(seal(canary), new Date(1)), seal(canary.toString())]) {
      const shown = render(secret);
      expect(shapes.filter((shape) => shown.includes(shape))).toEqual([]);
      expect(shown).not.toContain([...canary].join(', '));
      expect(shown).not.toContain([...canary].join(','));
    }
  });
});

describe('a sealed text', () => {
  it('has the bytes of its UTF-8', () => {
    const secret = seal('pässword 🔑');
    expect(secret.format).toBe('text');
    expect([...secret.bytes()]).toEqual([...Buffer.from('pässword 🔑')]);
    expect(contentOf(secret)).toBe('pässword 🔑');
  });
});

describe('a mapped value', () => {
  it('has bytes if it is a text', () => {
    expect([
      ...seal(awkward)
        .map((text) => text.slice(0, 2))
        .bytes(),
    ]).toEqual([...Buffer.from('AP')]);
    expect(seal(awkward).map((text) => text).format).toBe('text');
  });

  it.each([5, { text: 'CANARY' }, null, undefined])('has no bytes otherwise: %j', (value) => {
    let error: unknown;
    try {
      seal('value')
        .map(() => value)
        .bytes();
    } catch (thrown) {
      error = thrown;
    }
    expect(isSecretError(error, 'unsupported')).toBe(true);
    expect(inspect(error)).not.toContain('CANARY');
  });
});

describe('a write of bytes', () => {
  it('seals them, with its expiry', async () => {
    const written: Secret[] = [];
    const provider: SecretProvider = {
      name: 'store',
      get: async () => undefined,
      set: async (_ref, secret) => void written.push(secret),
    };
    const secrets = createSecrets(provider);
    const expiresAt = new Date(1e13);
    await secrets.set('a', awkward, { expiresAt });
    await secrets.set('a', seal(awkward, { version: 'v1', refreshAt: new Date(5) }), { expiresAt });
    expect(written.map((secret) => [secret.format, ...secret.bytes()])).toEqual([
      ['base64', ...awkward],
      ['base64', ...awkward],
    ]);
    expect(written.map((secret) => secret.expiresAt)).toEqual([expiresAt, expiresAt]);
    expect([written[1]?.version, written[1]?.refreshAt]).toEqual(['v1', new Date(5)]);
    for (const wrong of [new Uint8Array(), new Uint8Array(2).buffer]) {
      await expect(secrets.set('a', wrong as never)).rejects.toMatchObject({ code: 'invalid_argument' });
    }
    expect(written).toHaveLength(2);
  });
});
