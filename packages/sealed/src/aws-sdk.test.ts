import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KMS } from '@aws-sdk/client-kms';
import { expectNoLeak } from '@secretkit/conformance';
import { seal } from '@secretkit/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeKms } from '../test/fake-kms.js';
import { awsKmsEnvelope } from './aws-kms.js';
import { sealedCodec } from './sealed-codec.js';

const canary = 'CANARY-8c1f02d4';
const context = { use: 'table', ref: 'token' };

interface Body {
  readonly Plaintext: string;
  readonly CiphertextBlob: string;
  readonly EncryptionContext: Record<string, string>;
}

describe('the client of the AWS SDK', () => {
  const kms = fakeKms();
  const call = { signal: new AbortController().signal };
  const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'base64'));
  const base64 = (of: Uint8Array) => Buffer.from(of).toString('base64');
  let failure: string | undefined;

  async function answer(operation: string, body: Body): Promise<object> {
    const where = { namespace: JSON.stringify(body.EncryptionContext), keyId: '' };
    if (operation === 'TrentService.Encrypt') {
      return { CiphertextBlob: base64(await kms.wrap(bytes(body.Plaintext), where, call)) };
    }
    return { Plaintext: base64(await kms.unwrap(bytes(body.CiphertextBlob), where, call)) };
  }

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as Body;
      const answering = failure
        ? Promise.reject(new Error(failure))
        : answer(String(request.headers['x-amz-target']), body);
      answering.then(
        (output) => response.end(JSON.stringify(output)),
        () => {
          response.statusCode = 400;
          response.end(JSON.stringify({ __type: failure ?? 'InvalidCiphertextException', message: canary }));
        },
      );
    });
  });
  let client: KMS;

  beforeEach(async () => {
    failure = undefined;
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const credentials = { accessKeyId: 'example', secretAccessKey: 'example' };
    client = new KMS({
      endpoint: `http://127.0.0.1:${port}`,
      region: 'eu-central-1',
      credentials,
      maxAttempts: 1,
    });
  });
  afterEach(async () => {
    client.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const codecOf = (namespace: string) =>
    sealedCodec({ keys: [{ id: 'kms', envelope: awsKmsEnvelope(client, 'alias/shop') }], namespace });
  const content = { secret: seal(canary), fetchedAt: new Date(0) };

  it('wraps and unwraps, in one namespace', async () => {
    const record = await codecOf('shop').seal(context, content);
    expect(await codecOf('shop').open(context, record)).toMatchObject({ opened: true });
    expect(await codecOf('other').open(context, record)).toMatchObject({ code: 'invalid_data' });
  });

  it.each([
    ['AccessDeniedException', 'permission_denied'],
    ['ThrottlingException', 'rate_limited'],
    ['DisabledException', 'permission_denied'],
  ])('reports %s without its message', async (name, code) => {
    failure = name;
    const error: unknown = await codecOf('shop')
      .seal(context, content)
      .catch((each: unknown) => each);
    expect(error).toMatchObject({ code, details: { status: 400, vendorCode: name } });
    expectNoLeak(canary, error);
  });
});
