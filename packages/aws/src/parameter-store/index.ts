/**
 * ## What it reads and writes
 *
 * - **It writes `SecureString`** and reads every type, decrypted. A `StringList` is one text with commas.
 * - **A batch is one request for ten parameters**, versions included. One denied parameter denies its whole batch: then they are read
 *   one by one, and so are those of the next minute. The default limit of an account is 40 requests a second: put a cache in front.
 * - **Versions**: `{ name, version }` takes a number or a label. AWS keeps a hundred versions, and accepts no new one while the oldest
 *   has a label.
 * - **`list` needs a hierarchy**: a `prefix` or a template that begins with `/`, and ends its level before the name. The list is asked for
 *   without decryption.
 * - **A write has no idempotency key in AWS**: an attempt that arrives late makes another version.
 * - A parameter holds text, and no expiry that its reader sees: bytes and `expiresAt` are refused.
 *
 * @packageDocumentation
 */

export type { AwsClientConfig, AwsRequestOptions } from '../aws-call.js';
export type { DecryptionInput, ParameterInput, ParameterStoreClient } from './client.js';
export type { ParameterStoreSecretsOptions, ParameterTier } from './options.js';
export {
  type ListableParameterStoreSecrets,
  type ParameterStoreSecrets,
  parameterStoreSecrets,
} from './parameter-store-secrets.js';
