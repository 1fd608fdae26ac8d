import { walkPages } from '@secretkit/core/middleware';
import type { CallContext, ListQuery, SecretPage, SecretProvider, SecretRef } from '@secretkit/core/provider';

/**
 * A page of all that several providers list, each secret once. Every page asks for the whole of every list: only so is it
 * known which names are in several of them, whatever is created or deleted between two pages. Without a limit it is one page.
 *
 * @param keyOf - Which secret a ref names.
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
  // Names are in order, and the cursor is the last one: what is written meanwhile moves no other.
  const refs = [...union.values()]
    .filter(({ name }) => cursor === undefined || name > cursor)
    .sort((one, other) => (one.name < other.name ? -1 : 1));
  const page = refs.slice(0, limit);
  const last = page.at(-1);
  return { refs: page, ...(page.length < refs.length && last && { cursor: last.name }) };
}
