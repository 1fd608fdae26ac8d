import type { CallContext, ListQuery, SecretProvider } from '../provider.js';
import type { SecretRef, SecretScope } from '../ref.js';
import { SecretError } from '../secret-error.js';

/**
 * Every ref of a scope, one backend call a page, made when the iteration gets there.
 *
 * @throws `unsupported` if the provider cannot list; `invalid_data` if its pages go round in circles.
 */
export async function* walkPages(
  stack: SecretProvider,
  scope: SecretScope | undefined,
  ctx: CallContext,
): AsyncGenerator<SecretRef, void, undefined> {
  if (!stack.list) throw unsupported(stack, 'list');
  const cursors = new Set<string>();
  let query: ListQuery = scope ? { scope } : {};
  for (;;) {
    const { refs, cursor } = await stack.list(query, ctx);
    yield* refs;
    if (cursor === undefined) return;
    if (cursors.has(cursor)) {
      throw new SecretError('invalid_data', 'the pages go round in circles. Mend the provider.', {
        provider: stack.name,
        operation: 'list',
      });
    }
    cursors.add(cursor);
    query = { ...query, cursor };
  }
}

/** The failure of a call that the backend has no method for. */
export function unsupported(
  { name }: SecretProvider,
  operation: 'list' | 'set' | 'delete',
  ref?: SecretRef,
): SecretError {
  return new SecretError(
    'unsupported',
    `this backend has no ${operation}. Ask secrets.can('${operation}') first.`,
    {
      provider: name,
      operation,
      ref,
    },
  );
}
