import { describe, expect, it } from 'vitest';
import { hasSecondImplementation, openInPython, vectorsOfPython } from '../test/second-implementation.js';
import { contextOf, optionsOf, vectors } from '../test/vectors.js';
import { decodeContent } from './content.js';
import { nodeCipher } from './node-cipher.js';
import { createCodec } from './sealed-codec.js';
import { webCipher } from './web-cipher.js';

const ciphers = Object.entries({ 'node:crypto': nodeCipher()!, 'Web Crypto': webCipher });
const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, 'base64url'));

describe.each(ciphers)('%s', (_, cipher) => {
  it.each(vectors)('opens the vector of $title', async (vector) => {
    const result = await createCodec(optionsOf(vector), cipher).open(contextOf(vector), vector.record);
    const content = decodeContent(new TextEncoder().encode(vector.plaintext))!;
    expect(result).toMatchObject({ opened: true, fetchedAt: content.fetchedAt, keyId: vector.keyId });
    const secret = result.opened ? result.secret : undefined;
    expect(secret?.reveal()).toBe(content.secret?.reveal());
    for (const field of ['format', 'version', 'expiresAt', 'refreshAt', 'createdAt'] as const) {
      expect(secret?.[field]).toEqual(content.secret?.[field]);
    }
  });

  it.each(vectors)('seals $title into the bytes of the vector', async (vector) => {
    const { salt, nonce, key, wrapped } = vector;
    const drawn = [salt, ...(wrapped === undefined ? [] : [key]), nonce].map(bytesOf);
    const codec = createCodec(optionsOf(vector), cipher, () => drawn.shift()!);
    const { secret, fetchedAt } = decodeContent(new TextEncoder().encode(vector.plaintext))!;
    expect(await codec.seal(contextOf(vector), { secret, fetchedAt })).toBe(vector.record);
    expect(drawn).toEqual([]);
  });
});

describe.skipIf(!hasSecondImplementation)('a second implementation, in Python', () => {
  it('makes and opens the same vectors', () => {
    expect(vectorsOfPython()).toEqual(vectors);
    expect(openInPython(vectors)).toEqual(vectors.map(({ plaintext }) => plaintext));
  });

  it.each(ciphers)('opens what %s seals, and nothing that was moved', async (_, cipher) => {
    const cases = [];
    for (const vector of vectors) {
      const codec = createCodec(optionsOf({ ...vector }), cipher, (size) =>
        vector.wrapped !== undefined && size === 32
          ? bytesOf(vector.key)
          : globalThis.crypto.getRandomValues(new Uint8Array(size)),
      );
      const content = decodeContent(new TextEncoder().encode(vector.plaintext))!;
      cases.push({ ...vector, record: await codec.seal(contextOf(vector), content) });
    }
    expect(openInPython(cases)).toEqual(vectors.map(({ plaintext }) => plaintext));
    for (const field of ['namespace', 'use', 'account', 'user', 'name', 'version', 'principal']) {
      const moved = cases.map((each) => ({ ...each, [field]: 'another' }));
      expect(openInPython(moved)).toEqual(vectors.map(() => null));
    }
  });
});
