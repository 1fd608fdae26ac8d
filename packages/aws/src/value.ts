import { invalid, type Secret, SecretError, type SecretMeta, seal } from '@secretkit/core/provider';

/** Returns what is found, sealed; an empty value is missing. @throws `invalid_data` for an answer without a value. */
export function sealed(value: unknown, { version, ...dates }: SecretMeta): Secret | undefined {
  if (value === '') return undefined;
  const meta = { ...dates, version: version === '' ? undefined : version };
  const bytes = bytesOf(value);
  if (bytes) return bytes.length === 0 ? undefined : seal(bytes, meta);
  if (typeof value === 'string' && value.isWellFormed()) return seal(value, meta);
  const problem = typeof value === 'string' ? 'a value with a lone surrogate' : 'no value';
  throw new SecretError(
    'invalid_data',
    `the answer has ${problem}. Write the secret again, or check the endpoint.`,
  );
}

/** @throws `invalid_argument`: AWS would keep a value that has an expiry for ever. */
export function refuseExpiry({ expiresAt }: Secret, store: string): void {
  if (expiresAt)
    throw invalid(`${store} cannot hold an expiry. Omit expiresAt, and delete the secret in time.`);
}

/** @throws `invalid_argument` for a value of more bytes, as UTF-8. */
export function checkSize(secret: Secret, maxBytes: number, store: string): void {
  const { length } = secret.bytes();
  if (length > maxBytes)
    throw invalid(`value must have at most ${maxBytes} bytes in ${store}, got ${length}.`);
}

// By its tag: it may be a Buffer, or of another realm.
function bytesOf(value: unknown): Uint8Array | undefined {
  const isBytes =
    ArrayBuffer.isView(value) && Object.prototype.toString.call(value) === '[object Uint8Array]';
  return isBytes ? (value as Uint8Array) : undefined; // its tag was checked
}
