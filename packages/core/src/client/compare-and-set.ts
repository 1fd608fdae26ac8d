import type { CallContext, SecretProvider, SetResult } from '../contract/provider.js';
import type { SecretRef } from '../contract/ref.js';
import { type Secret, sameValue } from '../contract/secret.js';
import { isSecretError, SecretError } from '../contract/secret-error.js';

const maxAttempts = 3;
const unclear = ['unavailable', 'timeout', 'unknown'];

/**
 * Writes if the current version is still `expected`. After a failure that leaves the outcome open it reads the secret. If the
 * version is unchanged, it tries again; if the value is the one to write, it was written. So a write never conflicts with its
 * own first attempt.
 * @throws The failure that left the outcome open, if the secret cannot be read; `conflict` after another writer's value.
 */
export async function compareAndSet(
  { name, get, compareAndSet: write }: SecretProvider, // guarded: its methods are bound
  ref: SecretRef,
  secret: Secret,
  expected: string | undefined,
  ctx: CallContext,
): Promise<Required<SetResult>> {
  const writing = { ...ctx, idempotencyKey: crypto.randomUUID() };
  let open: unknown; // the first failure that left the outcome open
  for (let attempt = 1; ; attempt += 1) {
    try {
      return (await write?.(ref, secret, expected, writing)) as Required<SetResult>; // the caller has checked that it exists
    } catch (error) {
      if (ctx.signal?.aborted || !isSecretError(error)) throw error;
      if (!unclear.includes(error.code) && !(open && error.code === 'conflict')) throw error;
      open ??= error;
      const current = await get(ref, { ...ctx, fresh: true }).catch((failure: unknown) => {
        throw ctx.signal?.aborted ? failure : open;
      });
      const isUnchanged = expected === undefined ? current === undefined : current?.version === expected;
      if (isUnchanged && attempt === maxAttempts) throw error;
      if (isUnchanged) continue;
      if (current?.version !== undefined && sameValue(current, secret)) return { version: current.version };
      const problem = 'another writer has changed it. Read it again.';
      throw new SecretError('conflict', problem, { provider: name, operation: 'compareAndSet', ref });
    }
  }
}
