import { expectNoLeak } from '@secretkit/conformance';
import { seal } from '@secretkit/core';
import { describe, expect, it } from 'vitest';
import { fakeKms } from '../test/fake-kms.js';
import { awsKmsEnvelope, type KmsClient } from './aws-kms.js';
import { sealedCodec } from './sealed-codec.js';

const canary = 'CANARY-8c1f02d4';
const call = { signal: new AbortController().signal };
const where = { namespace: 'shop', keyId: 'k1' };

/** A client that answers as AWS documents, with the cryptography of the fake service. */
function clientOf(inputs: object[] = []): KmsClient {
  const kms = fakeKms();
  const contextOf = (context: Record<string, string>) => ({ namespace: JSON.stringify(context), keyId: '' });
  return {
    async encrypt(input, options) {
      inputs.push({ ...input, ...options });
      return { CiphertextBlob: await kms.wrap(input.Plaintext, contextOf(input.EncryptionContext), call) };
    },
    async decrypt(input, options) {
      inputs.push({ ...input, ...options });
      const wrong = Object.assign(new Error(canary), { name: 'InvalidCiphertextException' });
      const unwrapped = kms.unwrap(input.CiphertextBlob, contextOf(input.EncryptionContext), call);
      return { Plaintext: await unwrapped.catch(() => Promise.reject(wrong)) };
    },
  };
}

describe('awsKmsEnvelope', () => {
  it('binds a data key to the namespace and the key id by the encryption context', async () => {
    const inputs: object[] = [];
    const envelope = awsKmsEnvelope(clientOf(inputs), 'alias/shop');
    const codecOf = (namespace: string) => sealedCodec({ keys: [{ id: 'k1', envelope }], namespace });
    const context = { use: 'table', ref: 'token' };
    const record = await codecOf('shop').seal(context, { secret: seal(canary), fetchedAt: new Date(0) });
    expect(await codecOf('shop').open(context, record)).toMatchObject({ opened: true });
    expect(await codecOf('other').open(context, record)).toMatchObject({
      reason: 'key_unavailable',
      code: 'invalid_data',
    });
    const EncryptionContext = { 'secretkit:namespace': 'shop', 'secretkit:key': 'k1' };
    const abortSignal = expect.any(AbortSignal);
    expect(inputs).toMatchObject([
      { KeyId: 'alias/shop', EncryptionContext, abortSignal },
      { KeyId: 'alias/shop', EncryptionContext, abortSignal },
      { KeyId: 'alias/shop', EncryptionContext: { ...EncryptionContext, 'secretkit:namespace': 'other' } },
    ]);
  });

  it.each([
    ['AccessDeniedException', 400, 'permission_denied'],
    ['DisabledException', 400, 'permission_denied'],
    ['NotFoundException', 400, 'permission_denied'],
    ['ThrottlingException', 400, 'rate_limited'],
    ['KMSInternalException', 500, 'unavailable'],
    ['InvalidCiphertextException', 400, 'invalid_data'],
    ['CredentialsProviderError', undefined, 'unauthenticated'],
    ['TimeoutError', undefined, 'timeout'],
    [canary, 400, 'unknown'],
  ])('maps %s, and keeps no message', async (name, httpStatusCode, code) => {
    const failure = Object.assign(new Error(canary), {
      name,
      $metadata: { httpStatusCode, requestId: 'id-1' },
    });
    const client = { encrypt: () => Promise.reject(failure), decrypt: () => Promise.reject(failure) };
    const { wrap, unwrap } = awsKmsEnvelope(client, 'alias/shop');
    for (const calling of [wrap(new Uint8Array(32), where, call), unwrap(new Uint8Array(9), where, call)]) {
      const error: unknown = await calling.catch((each: unknown) => each);
      expect(error).toMatchObject({ code, details: { requestId: 'id-1' } });
      expectNoLeak(canary, error);
    }
  });

  it('refuses an answer without bytes', async () => {
    const { wrap, unwrap } = awsKmsEnvelope(
      { encrypt: async () => ({}), decrypt: async () => ({}) },
      'alias/shop',
    );
    await expect(wrap(new Uint8Array(32), where, call)).rejects.toMatchObject({ code: 'invalid_data' });
    await expect(unwrap(new Uint8Array(32), where, call)).rejects.toMatchObject({ code: 'invalid_data' });
  });

  it('refuses a wrong client and a wrong key id', () => {
    expect(() => awsKmsEnvelope({ send: canary } as never, 'alias/shop')).toThrow(TypeError);
    expect(() => awsKmsEnvelope(clientOf(), '')).toThrow(TypeError);
    expect(() => awsKmsEnvelope(clientOf(), undefined as never)).toThrow(TypeError);
  });
});
