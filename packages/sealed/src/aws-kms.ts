import { kindOf, own, SecretError, type SecretErrorCode } from '@secretkit/core/provider';
import type { Envelope, EnvelopeContext } from './envelope.js';

/** The operations of AWS KMS that the envelope calls: the aggregated client `KMS` of `@aws-sdk/client-kms`, or one like it. */
export interface KmsClient {
  encrypt(
    input: { KeyId: string; Plaintext: Uint8Array; EncryptionContext: Record<string, string> },
    options: { abortSignal?: AbortSignal },
  ): Promise<{ CiphertextBlob?: Uint8Array | undefined }>;
  decrypt(
    input: { KeyId: string; CiphertextBlob: Uint8Array; EncryptionContext: Record<string, string> },
    options: { abortSignal?: AbortSignal },
  ): Promise<{ Plaintext?: Uint8Array | undefined }>;
}

/**
 * Returns an envelope of a symmetric key in AWS KMS. The encryption context has the namespace and the id of the codec's key. The
 * role needs `kms:Encrypt` to seal and `kms:Decrypt` to open.
 * @param keyId - The key's ARN, or an id or alias.
 * @throws `TypeError` for a client without `encrypt` and `decrypt`, or an empty key id.
 * @example
 * ```ts
 * import { type KmsClient, awsKmsEnvelope } from '@secretkit/sealed/aws-kms';
 *
 * export function envelopeOf(client: KmsClient) {
 *   return awsKmsEnvelope(client, 'alias/shop'); // client: new KMS({}) of @aws-sdk/client-kms
 * }
 * ```
 */
export function awsKmsEnvelope(client: KmsClient, keyId: string): Envelope {
  const { encrypt, decrypt } = Object(client) as Partial<KmsClient>;
  if (typeof encrypt !== 'function' || typeof decrypt !== 'function') {
    const problem = `client must have the methods encrypt and decrypt, got ${kindOf(client)}.`;
    throw new TypeError(`awsKmsEnvelope: ${problem} Pass new KMS({}) of @aws-sdk/client-kms.`);
  }
  if (typeof keyId !== 'string' || keyId === '') {
    throw new TypeError(`awsKmsEnvelope: keyId must be the ARN, id or alias of a key, got ${kindOf(keyId)}.`);
  }
  return {
    async wrap(dataKey, context, { signal }) {
      const input = { KeyId: keyId, Plaintext: dataKey, EncryptionContext: encryptionContext(context) };
      const output = await answered(() => client.encrypt(input, { abortSignal: signal }));
      return own(output, 'CiphertextBlob') ?? noBytes();
    },
    async unwrap(wrapped, context, { signal }) {
      const input = { KeyId: keyId, CiphertextBlob: wrapped, EncryptionContext: encryptionContext(context) };
      const output = await answered(() => client.decrypt(input, { abortSignal: signal }));
      return own(output, 'Plaintext') ?? noBytes();
    },
  };
}

function encryptionContext({ namespace, keyId }: EnvelopeContext): Record<string, string> {
  return { 'secretkit:namespace': namespace, 'secretkit:key': keyId };
}

async function answered<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw errorOf(error);
  }
}

function noBytes(): never {
  throw new SecretError('invalid_data', 'the answer of AWS KMS has no bytes. Check the client.');
}

const denied = 'AWS KMS denied the call. Grant the role kms:Encrypt and kms:Decrypt on the key.';
const unusable = 'the KMS key cannot be used. Check that it exists, is enabled and is symmetric.';
const throttled = 'AWS KMS has too many requests. Try again later, or ask AWS for a higher quota.';
const failed = 'AWS KMS failed. Try again later.';
const credentials = 'AWS did not accept the credentials. Check that they are complete and current.';
const otherKey =
  'AWS KMS did not unwrap the data key: another key or namespace wrapped it, or it was changed.';

/** The meaning of each error name of AWS KMS, and of the SDK. */
const byName: ReadonlyMap<unknown, readonly [SecretErrorCode, string]> = new Map<
  unknown,
  readonly [SecretErrorCode, string]
>([
  ['AccessDeniedException', ['permission_denied', denied]],
  ['KMSInvalidStateException', ['permission_denied', unusable]],
  ['DisabledException', ['permission_denied', unusable]],
  ['InvalidKeyUsageException', ['permission_denied', unusable]],
  ['NotFoundException', ['permission_denied', unusable]],
  ['InvalidCiphertextException', ['invalid_data', otherKey]],
  ['IncorrectKeyException', ['invalid_data', otherKey]],
  ['InvalidGrantTokenException', ['invalid_argument', denied]],
  ['ThrottlingException', ['rate_limited', throttled]],
  ['LimitExceededException', ['rate_limited', throttled]],
  ['DependencyTimeoutException', ['unavailable', failed]],
  ['KeyUnavailableException', ['unavailable', failed]],
  ['KMSInternalException', ['unavailable', failed]],
  ['TimeoutError', ['timeout', failed]],
  ['CredentialsProviderError', ['unauthenticated', credentials]],
  ['ExpiredTokenException', ['unauthenticated', credentials]],
  ['UnrecognizedClientException', ['unauthenticated', credentials]],
  ['InvalidSignatureException', ['unauthenticated', credentials]],
]);

// The message is not read: it may quote the request.
function errorOf(error: unknown): SecretError {
  const { name, $metadata } = Object(error) as {
    name?: unknown;
    $metadata?: { httpStatusCode?: unknown; requestId?: unknown };
  };
  const [code, problem] = byName.get(name) ?? ['unknown', 'AWS KMS failed in a way that is not documented.'];
  const vendorCode = byName.has(name) ? String(name) : undefined;
  const details = {
    status: $metadata?.httpStatusCode as number, // SecretError drops what is not a status or an id
    requestId: $metadata?.requestId as string,
    ...(vendorCode !== undefined && { vendorCode }),
  };
  return new SecretError(code, problem, { details });
}
