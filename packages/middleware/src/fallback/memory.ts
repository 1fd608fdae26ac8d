import type { SecretChange, SecretProvider } from '@secretkit/core';

type Memory = Pick<SecretProvider, 'peek' | 'recall' | 'invalidate' | 'subscribe'>;

/** What several providers together have in memory. */
export function memoryOf(providers: readonly SecretProvider[]): Memory {
  const [first] = providers;
  return {
    // Only the first: of another it is not known whether the ones before have the secret.
    ...(first?.peek && { peek: first.peek }),
    ...(first?.recall && { recall: first.recall }),
    ...(providers.some(({ invalidate }) => invalidate) && {
      // Each of them, whatever becomes of the others: a copy that is kept is served.
      invalidate(target) {
        const failures: unknown[] = [];
        for (const provider of providers) {
          try {
            provider.invalidate?.(target);
          } catch (error) {
            failures.push(error);
          }
        }
        if (failures.length > 0) throw failures[0];
      },
    }),
    ...(providers.some(({ subscribe }) => subscribe) && {
      subscribe(listener) {
        const subscriptions = providers.map((provider, at) =>
          provider.subscribe?.((change) => {
            if (!isShadowed(change, providers.slice(0, at))) listener(change);
          }),
        );
        return {
          [Symbol.dispose]() {
            for (const subscription of subscriptions) subscription?.[Symbol.dispose]();
          },
        };
      },
    }),
  };
}

// A value that nobody is given, since a provider before has one, has not changed for anybody.
function isShadowed({ ref }: SecretChange, before: readonly SecretProvider[]): boolean {
  return before.some((provider) => provider.peek?.(ref) !== undefined);
}
