import { refKey, type SecretProvider } from '@secretkit/core/provider';

// Checked names have no control character, so a ref with this mark equals no ref of a caller.
const mark = '\0';

/**
 * Returns the `canonical` of several providers together: two refs name one secret only if they do for each provider.
 * `undefined` if no provider has a `canonical`.
 */
export function agreedRef(providers: readonly SecretProvider[]): SecretProvider['canonical'] {
  if (providers.every(({ canonical }) => !canonical)) return undefined;
  return (ref) => {
    const refs = providers.map((provider) => provider.canonical?.(ref) ?? ref);
    const [first = ref] = refs;
    const keys = refs.map(refKey);
    if (!first.name.startsWith(mark) && keys.every((key) => key === keys[0])) return first;
    const account = anyOf(refs.map(({ scope }) => scope?.account));
    const user = anyOf(refs.map(({ scope }) => scope?.user));
    return {
      name: mark + keys.map((key) => `${key.length}:${key}`).join(''),
      scope: { ...(account !== undefined && { account }), ...(user !== undefined && { user }) },
    };
  };
}

// Several accounts are joined, which equals none of them: a scoped client must not leave the default account of any provider.
function anyOf(fields: readonly (string | undefined)[]): string | undefined {
  const present = new Set(fields.filter((field) => field !== undefined));
  return present.size === 0 ? undefined : [...present].join(', ');
}
