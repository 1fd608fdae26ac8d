import { own } from '../checks/check-options.js';
import type { Answer, CallContext, ListQuery, SecretProvider } from '../contract/provider.js';
import { refKey, type SecretRef, type SecretScope, scopeKey } from '../contract/ref.js';
import { hasExpired, isSecret } from '../contract/secret.js';
import { isSecretError, withFields } from '../contract/secret-error.js';
import { fanOutSignals } from './abortable.js';
import { malformed, unsupported } from './answers.js';

/**
 * Returns one answer for each ref of a guarded provider, in order. Refs of one scope are one call where it has `getMany`,
 * else a `get` each; duplicates are read once. A value that expires during the wait for others is missing.
 * @throws The signal's reason; nothing else.
 */
export async function readMany(
  stack: SecretProvider,
  refs: readonly SecretRef[],
  ctx: CallContext,
  now: () => number,
): Promise<readonly Answer[]> {
  const scopes = new Map<string, Map<string, SecretRef>>();
  const keys = refs.map((ref) => {
    const identity = stack.canonical?.(ref) ?? ref;
    const [scope, key] = [scopeKey(own(identity, 'scope')), refKey(identity)];
    const group = scopes.get(scope) ?? new Map<string, SecretRef>();
    scopes.set(scope, group.set(key, ref));
    return key;
  });
  const answers = new Map<string, { readonly answer: Answer; readonly startedAt: number }>();
  await fanOutSignals(ctx, stack.getMany ? scopes.size : refs.length, (next) => {
    const groups = [...scopes.values()].map(async (group) => {
      const startedAt = now();
      const read = await readScope(stack, [...group.values()], next);
      for (const [i, key] of [...group.keys()].entries()) answers.set(key, { answer: read[i], startedAt });
    });
    return Promise.all(groups);
  });
  const end = now();
  return keys.map((key, i) => {
    const { answer, startedAt = end } = answers.get(key) ?? {}; // there is one for each
    if (isSecret(answer)) return hasExpired(answer, end, startedAt) ? undefined : answer;
    return answer && withFields(answer, { ref: refs[i] }); // as this caller wrote it
  });
}

async function readScope(stack: SecretProvider, refs: readonly SecretRef[], next: () => CallContext) {
  const inPlace = (error: unknown, { signal }: CallContext): Answer => {
    if (signal?.aborted || !isSecretError(error)) throw error; // the caller's own abort
    return error;
  };
  const readOne = async (ref: SecretRef): Promise<Answer> => {
    const ctx = next();
    return stack.get(ref, ctx).catch((error: unknown) => inPlace(error, ctx));
  };
  if (!stack.getMany || refs.length === 1) return Promise.all(refs.map(readOne));
  const ctx = next();
  return stack.getMany(refs, ctx).catch((error: unknown) => refs.map(() => inPlace(error, ctx)));
}

/** Yields every ref of a scope, one call a page. @throws `unsupported`; `invalid_data` for a repeated cursor or another scope. */
export async function* walkPages(
  stack: SecretProvider,
  scope: SecretScope | undefined,
  ctx: CallContext,
): AsyncGenerator<SecretRef, void, undefined> {
  if (!stack.list) throw unsupported(stack, 'list');
  const where = { provider: stack.name, operation: 'list' } as const;
  const first: ListQuery = scope ? { scope } : {};
  const keyOf = (ref: SecretRef): string => refKey(stack.canonical?.(ref) ?? ref);
  const isOwn = (ref: SecretRef): boolean =>
    scopeKey(ref.scope) === scopeKey(scope) || keyOf(ref) === keyOf({ name: ref.name, ...first });
  const cursors = new Set<string>();
  for (let query = first; ; ) {
    const { refs, cursor } = await stack.list(query, ctx);
    if (!refs.every(isOwn)) throw malformed('a page of refs of the requested scope', refs, where);
    yield* refs;
    if (cursor === undefined) return;
    if (cursors.has(cursor)) throw malformed('a cursor that no page before had', cursor, where);
    cursors.add(cursor);
    query = { ...first, cursor };
  }
}
