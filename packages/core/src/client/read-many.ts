import type { Answer, CallContext, SecretProvider } from '../provider.js';
import { refKey, type SecretRef, scopeKey } from '../ref.js';
import { isSecret } from '../secret.js';
import { isSecretError, restate } from '../secret-error.js';
import { type Branches, branches } from './branches.js';

/** An answer, and when it was asked for, in epoch milliseconds. */
interface Dated {
  readonly answer: Answer;
  readonly at: number;
}

/**
 * One answer for each ref, in order. Refs of one scope are one call where the stack has `getMany`, else a `get` each;
 * what is asked twice is fetched once. A value that expires while others are waited for is gone.
 *
 * The client reads so, and so does a provider that is made of providers, each under a `guard`.
 *
 * @param now - The clock, in epoch milliseconds.
 * @throws The signal's reason; nothing else.
 */
export async function readMany(
  stack: SecretProvider,
  refs: readonly SecretRef[],
  ctx: CallContext,
  now: () => number,
): Promise<readonly Answer[]> {
  const identities = refs.map((ref) => stack.canonical?.(ref) ?? ref);
  const scopes = new Map<string, Map<string, SecretRef>>();
  for (const [at, ref] of refs.entries()) {
    const { scope } = identities[at] as SecretRef; // one for each ref
    const group = scopes.get(scopeKey(scope)) ?? new Map<string, SecretRef>();
    group.set(refKey(identities[at] as SecretRef), ref);
    scopes.set(scopeKey(scope), group);
  }
  const answers = new Map<string, Dated>();
  const calls = branches(ctx, stack.getMany ? scopes.size : refs.length);
  try {
    await Promise.all(
      [...scopes.values()].map(async (group) => {
        const asked = await readScope(stack, [...group.values()], calls, now);
        for (const [i, key] of [...group.keys()].entries()) answers.set(key, asked[i] as Dated); // one for each
      }),
    );
  } finally {
    calls.end();
  }
  const end = now();
  return identities.map((identity, at) => {
    const dated = answers.get(refKey(identity)) as Dated; // there is one for each
    if (expiredSince(dated, end)) return undefined;
    const { answer } = dated;
    return isSecretError(answer) ? restate(answer, { ref: refs[at] }) : answer; // as it was asked for here
  });
}

async function readScope(
  stack: SecretProvider,
  refs: readonly SecretRef[],
  calls: Branches,
  now: () => number,
): Promise<readonly Dated[]> {
  const inPlace = (ref: SecretRef, error: unknown): Answer => {
    if (calls.aborted() || !isSecretError(error)) throw error; // the caller's own abort
    return restate(error, { ref });
  };
  if (stack.getMany && refs.length > 1) {
    const at = now();
    const answers = await stack
      .getMany(refs, calls.next())
      .catch((error: unknown) => refs.map((ref) => inPlace(ref, error)));
    return answers.map((answer) => ({ answer, at }));
  }
  return Promise.all(
    refs.map(async (ref) => {
      const at = now();
      const answer = await stack.get(ref, calls.next()).catch((error: unknown) => inPlace(ref, error));
      return { answer, at };
    }),
  );
}

// What had expired before it was asked for is the stack's to know: its clock may be another.
function expiredSince({ answer, at }: Dated, end: number): boolean {
  if (!isSecret(answer) || !answer.expiresAt) return false;
  const expiresAt = answer.expiresAt.getTime();
  return at < expiresAt && expiresAt <= end;
}
