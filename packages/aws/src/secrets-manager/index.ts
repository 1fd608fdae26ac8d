/**
 * ## What it reads and writes
 *
 * - **A batch is one request for twenty secrets.** Each secret that fails has its own error. A batch that is denied proves nothing about
 *   its secrets, so they are read one by one, and so are those of the next minute. Refs with a version are read one by one.
 * - **Versions**: `{ name, version }` takes the id of a version (32 to 64 characters) or a stage, such as `AWSPREVIOUS`.
 * - **A write** makes a version whose id is the idempotency key of the write, so an attempt that arrives late changes nothing. AWS keeps
 *   all versions of a day: do not write one secret more than once in ten minutes.
 * - **A deleted secret is missing**, also while it can be restored. If the write after a restoration fails, it is deleted again. After
 *   a deletion at once, AWS may refuse the name for a moment.
 * - **A read returns text or bytes**, as they were written. A secret has at most 65,536 bytes, and no expiry: a write with
 *   `expiresAt` is refused.
 *
 * ## The client
 *
 * The types do not depend on the SDK: a client is any object with the methods of the SDK's aggregated client. `SecretsManagerClient`
 * and `SSMClient`, the clients with `send()` alone, are not accepted. The SDK makes three attempts by default, which multiply with
 * those of a retry, so a client without `maxAttempts: 1` is refused at the first read, unless `clientRetries` is set.
 *
 * ## Names and tenants
 *
 * | `prefix` and `name` | secret `db` | secret `db` of the account `acct_1` |
 * | --- | --- | --- |
 * | neither | `db` | missing |
 * | `prefix: 'app/'` | `app/db` | missing |
 * | `name: 'apps/{account}/{name}'` | missing | `apps/acct_1/db` |
 * | `name: ({ name }) => arnOf(name)` | the name or the ARN that it returns | the name or the ARN that it returns |
 *
 * - A template has `{name}` at its end, and `{account}` and `{user}` as levels of their own. An account that is not one level, such as
 *   `../acct_2`, is `invalid_argument`. So two refs never have one name.
 * - **ARNs are accepted from a function only**, for secrets of other accounts: no name of a tenant leaves the prefix. An ARN of another
 *   region than that of the client is `invalid_argument`, because there the secret would look missing.
 * - A name that AWS cannot hold, such as one with a space, is missing for a read, and `invalid_argument` for a write, both without a
 *   request.
 *
 * ## Permissions
 *
 * Grant a role what your application does, on the secrets that it needs.
 *
 * | operation | Secrets Manager | Parameter Store |
 * | --- | --- | --- |
 * | `get` | `secretsmanager:GetSecretValue` | `ssm:GetParameter` |
 * | `getMany` | also `secretsmanager:BatchGetSecretValue`, on `*`; optional | `ssm:GetParameters`; optional |
 * | `list` | `secretsmanager:ListSecrets`, on `*` | `ssm:GetParametersByPath` |
 * | `listVersions` | `secretsmanager:DescribeSecret` and `ListSecretVersionIds` | `ssm:GetParameterHistory` |
 * | `set` | `secretsmanager:PutSecretValue` and `CreateSecret` | `ssm:PutParameter` |
 * | `delete` | `secretsmanager:DeleteSecret` and `DescribeSecret` | `ssm:DeleteParameter` |
 * | `restoreDeleted` | `secretsmanager:RestoreSecret`, `DescribeSecret`, `DeleteSecret` | |
 * | `readRotation` | `secretsmanager:DescribeSecret` | |
 * | with a KMS key of yours | `kms:Decrypt`; to write `kms:GenerateDataKey` | `kms:Decrypt`; to write `kms:Encrypt`, and `kms:GenerateDataKey` for the advanced tier |
 *
 * A role that only reads `app/`:
 *
 * ```json
 * {
 *   "Version": "2012-10-17",
 *   "Statement": [
 *     {
 *       "Effect": "Allow",
 *       "Action": "secretsmanager:GetSecretValue",
 *       "Resource": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:app/*"
 *     },
 *     { "Effect": "Allow", "Action": "secretsmanager:BatchGetSecretValue", "Resource": "*" }
 *   ]
 * }
 * ```
 *
 * For a secret that the role may not read, AWS answers with a denial, whether or not the secret exists: a wrong name outside of
 * `app/` is `permission_denied` here, and a wrong name below it is missing.
 *
 * ## Errors
 *
 * An error keeps the status, the request id and the name of AWS (`details.vendorCode`), and never a message: the SDK quotes bodies in
 * them. An error with a name that is not listed is classified by its status.
 *
 * | error | when | what to do |
 * | --- | --- | --- |
 * | (`undefined`) | there is no such secret, version or stage; the secret is deleted | |
 * | `permission_denied` | `AccessDeniedException`; `DecryptionFailure`, `EncryptionFailure`, `InvalidKeyId`: the KMS key | grant the action; enable the KMS key |
 * | `unauthenticated` | no credentials; wrong or expired ones; a wrong clock; the agent's token | give the process a role; set the clock; set `AWS_TOKEN` |
 * | `rate_limited` | a throttle, by name, or 429; `TooManyUpdates` | put a cache in front |
 * | `quota_exceeded` | too many secrets or parameters; the oldest of 100 versions has a label | delete some; move the label |
 * | `unavailable` | AWS failed, cannot be reached, or the answer is a page of a proxy | retry; check the region, the endpoint and the proxy |
 * | `timeout` | the SDK's or the agent's own timeout | retry |
 * | `invalid_argument` | no region; more than one attempt; a wrong ARN, name, scope or option; a value that is too large; an expiry | fix what the message names |
 * | `invalid_data` | an answer without a value, or with another shape; a write that is not confirmed | check the endpoint; write the secret again |
 * | `conflict` | a write to a deleted secret, or to one that another AWS service manages; an idempotency key that was used | set `restoreDeleted`; write through that service; use a new key |
 * | `unknown` | any other failure of the client | search for the request id in CloudTrail |
 * | `TypeError` | wrong options, at construction; the SDK is not installed | fix the option that the message names |
 * | `RangeError` | a number is out of its range | use a number within the range |
 *
 * ## Not included
 *
 * - `compareAndSet`: no write of either store compares the version in one step.
 * - Policies of advanced parameters, such as an expiry: only `DescribeParameters` reports them.
 * - Cloudflare Workers: the SDK's clients need Node, and there is no local agent. A client of your own, by the structure, works there.
 *
 * @packageDocumentation
 */

export type { AwsClientConfig, AwsRequestOptions } from '../aws-call.js';
export type { SecretIdInput, SecretsManagerClient, ValueInput, VersionInput } from './client.js';
export type { SecretsManagerSecretsOptions } from './options.js';
export {
  type ListableSecretsManagerSecrets,
  type SecretsManagerSecrets,
  secretsManagerSecrets,
} from './secrets-manager-secrets.js';
