import type { Call } from '@secretkit/core/middleware';
import type { SecretProvider } from '@secretkit/core/provider';

/** Whether all calls share one thing, or those of each account have one of their own. */
export type Per = 'provider' | 'account';

/** One thing for a whole provider, or one for each account. */
export interface PerAccount<T> {
  of(call: Call): T;
  /** Those that there are; the account is absent where it is the provider's, or the one of its API key. */
  all(): Iterable<readonly [account: string | undefined, T]>;
}

/** @param maxAccounts - How many there may be; the one unused for longest makes room. */
export function perAccount<T>(
  per: Per,
  maxAccounts: number,
  next: SecretProvider,
  make: (account: string | undefined) => T,
): PerAccount<T> {
  const kept = new Map<string | undefined, T>(); // the one unused for longest comes first
  return {
    of(call) {
      const account = per === 'account' ? accountOf(next, call) : undefined;
      const one = kept.get(account) ?? make(account);
      kept.delete(account);
      kept.set(account, one);
      if (kept.size > maxAccounts) {
        const [oldest] = kept.keys();
        kept.delete(oldest);
      }
      return one;
    },
    all: () => kept,
  };
}

/** @throws `TypeError` when it is neither. */
export function checkPer(owner: string, per: unknown): void {
  if (per === 'provider' || per === 'account') return;
  throw new TypeError(`${owner}: per is 'provider' or 'account'.`);
}

// With the provider's default filled in: the default account and its name are one.
function accountOf(next: SecretProvider, { refs: [ref], scope }: Call): string | undefined {
  const asked = ref ?? (scope ? { name: 'any', scope } : { name: 'any' });
  try {
    return (next.canonical?.(asked) ?? asked).scope?.account;
  } catch {
    return scope?.account; // whoever needs the canonical ref says what is wrong
  }
}
