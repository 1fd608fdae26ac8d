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
    const keys = refs.map(({ version: _, ...name }) => refKey(name)); // a write of a name is one of all its versions
    const version = joined(refs.map((each) => each.version));
    if (!first.name.startsWith(mark) && areAlike(keys) && version === first.version) return first;
    const account = anyOf(refs.map(({ scope }) => scope?.account));
    const user = anyOf(refs.map(({ scope }) => scope?.user));
    return {
      name: mark + keys.map((key) => `${key.length}:${key}`).join(''),
      scope: { ...(account !== undefined && { account }), ...(user !== undefined && { user }) },
      ...(version !== undefined && { version }),
    };
  };
}

/** Returns the version that all have, or one that differs for all versions that differ. */
function joined(versions: readonly (string | undefined)[]): string | undefined {
  if (areAlike(versions)) return versions[0];
  return mark + versions.map((version = '') => `${version.length}:${version}`).join('');
}

function areAlike(fields: readonly (string | undefined)[]): boolean {
  return fields.every((field) => field === fields[0]);
}

// Several accounts are joined, which equals none of them: a scoped client must not leave the default account of any provider.
function anyOf(fields: readonly (string | undefined)[]): string | undefined {
  const present = new Set(fields.filter((field) => field !== undefined));
  return present.size === 0 ? undefined : [...present].join(', ');
}
