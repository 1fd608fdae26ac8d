import { refKey, type SecretProvider } from '@secretkit/core/provider';

// No name that a caller gives has it: a ref that begins so is equal to no other one.
const mark = '\0';

/**
 * The `canonical` of several providers together: two refs name one secret only if they do so for each of them. Absent
 * where none of them has one.
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

// Where they differ it is equal to none of them: a client within a scope stays within the defaults of each.
function anyOf(fields: readonly (string | undefined)[]): string | undefined {
  const present = new Set(fields.filter((field) => field !== undefined));
  return present.size === 0 ? undefined : [...present].join(', ');
}
