import type { ListQuery, SecretPage } from '@secretkit/core/provider';

/** Returns one page of sorted names. The cursor is the last name of the page before. */
export function namePage(names: readonly string[], { cursor, limit }: ListQuery): SecretPage {
  const remaining = names.filter((name) => cursor === undefined || name > cursor);
  const page = remaining.slice(0, limit);
  const last = page.at(-1);
  return {
    refs: page.map((name) => ({ name })),
    ...(page.length < remaining.length && last !== undefined && { cursor: last }),
  };
}
