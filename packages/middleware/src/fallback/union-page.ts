import { walkPages } from '@secretkit/core/middleware';
import type { CallContext, ListQuery, SecretPage, SecretProvider, SecretRef } from '@secretkit/core/provider';

/**
 * Returns a page of the union of several lists, with each secret once. Every page reads all lists completely: only then are
 * duplicates known, even if secrets are created or deleted between two pages. Without a limit the union is one page.
 *
 * @param keyOf - Returns the same key for two refs that name one secret.
 */
export async function unionPage(
  providers: readonly SecretProvider[],
  keyOf: (ref: SecretRef) => string,
  { scope, cursor, limit }: ListQuery,
  ctx: CallContext,
): Promise<SecretPage> {
  const union = new Map<string, SecretRef>();
  for (const provider of providers) {
    for await (const ref of walkPages(provider, scope, ctx)) {
      const key = keyOf(ref);
      if (!union.has(key)) union.set(key, ref);
    }
  }
  // Sorted by name, with the last name as the cursor: a write between two pages moves no other name.
  const refs = [...union.values()]
    .filter(({ name }) => cursor === undefined || name > cursor)
    .sort((one, other) => (one.name < other.name ? -1 : 1));
  const page = refs.slice(0, limit);
  const last = page.at(-1);
  return { refs: page, ...(page.length < refs.length && last && { cursor: last.name }) };
}
