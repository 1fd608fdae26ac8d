import type { Answer, CallContext, SecretProvider } from '../provider.js';
import { refKey, type SecretRef, scopeKey } from '../ref.js';
import { isSecret, type Secret } from '../secret.js';
import { isSecretError, restate } from '../secret-error.js';

/**
 * One answer for each ref, in order. Refs of one scope are one call where the stack has `getMany`, else a `get` each;
 * what is asked twice is fetched once. A value that expires while others are waited for is gone.
 */
export async function readMany(
  stack: SecretProvider,
  refs: readonly SecretRef[],
  ctx: CallContext,
  now: () => number,
): Promise<readonly Answer[]> {
  const startedAt = now();
  const identities = refs.map((ref) => stack.canonical?.(ref) ?? ref);
  const scopes = new Map<string, Map<string, SecretRef>>();
  for (const [at, ref] of refs.entries()) {
    const { scope } = identities[at] as SecretRef; // one for each ref
    const group = scopes.get(scopeKey(scope)) ?? new Map<string, SecretRef>();
    group.set(refKey(identities[at] as SecretRef), ref);
    scopes.set(scopeKey(scope), group);
  }
  const answers = new Map<string, Answer>();
  await Promise.all(
    [...scopes.values()].map(async (group) => {
      const asked = await readScope(stack, [...group.values()], ctx);
      for (const [i, key] of [...group.keys()].entries()) answers.set(key, asked[i]);
    }),
  );
  return identities.map((identity) => {
    const answer = answers.get(refKey(identity));
    return isSecret(answer) && expiredBetween(startedAt, now(), answer) ? undefined : answer;
  });
}

async function readScope(
  stack: SecretProvider,
  refs: readonly SecretRef[],
  ctx: CallContext,
): Promise<readonly Answer[]> {
  const inPlace = (ref: SecretRef) => (error: unknown) => {
    if (ctx.signal?.aborted || !isSecretError(error)) throw error; // the caller's own abort
    return restate(error, { ref });
  };
  if (stack.getMany && refs.length > 1) {
    return stack.getMany(refs, ctx).catch((error: unknown) => refs.map((ref) => inPlace(ref)(error)));
  }
  return Promise.all(refs.map((ref) => stack.get(ref, ctx).catch(inPlace(ref))));
}

// What had expired before the start is the stack's to know: its clock may be another.
function expiredBetween(start: number, end: number, { expiresAt }: Secret<unknown>): boolean {
  return expiresAt !== undefined && start < expiresAt.getTime() && expiresAt.getTime() <= end;
}
