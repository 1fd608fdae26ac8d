import type { Call } from '@secretkit/core/middleware';
import { kindOf, type SecretProvider } from '@secretkit/core/provider';

/** Whether all calls share one state, or the calls of each account have their own. */
export type Per = 'provider' | 'account';

/** One state for a whole provider, or one for each account. */
export interface PerAccount<T> {
  /** Returns the state for a call, and creates it if there is none. */
  of(call: Call): T;
  /** Returns the states in memory. The account is absent for a state that all calls share, or that has no account. */
  all(): Iterable<readonly [account: string | undefined, T]>;
}

/** @param maxAccounts - The most states in memory. The least recently used one is removed. */
export function perAccount<T>(
  per: Per,
  maxAccounts: number,
  next: SecretProvider,
  create: (account: string | undefined) => T,
): PerAccount<T> {
  const states = new Map<string | undefined, T>(); // the least recently used one is the first
  return {
    of(call) {
      const account = per === 'account' ? accountOf(next, call) : undefined;
      const state = states.get(account) ?? create(account);
      states.delete(account);
      states.set(account, state);
      if (states.size > maxAccounts) {
        const [leastRecentlyUsed] = states.keys();
        states.delete(leastRecentlyUsed);
      }
      return state;
    },
    all: () => states,
  };
}

/** @throws `TypeError` for any other value. */
export function checkPer(owner: string, per: unknown): void {
  if (per === 'provider' || per === 'account') return;
  throw new TypeError(
    `${owner}: per must be 'provider' or 'account', got ${typeof per === 'string' ? 'another string' : kindOf(per)}.`,
  );
}

// `canonical` fills in the provider's default: a call without an account and a call with the default account share a state.
function accountOf(next: SecretProvider, { refs: [ref], scope }: Call): string | undefined {
  const requested = ref ?? (scope ? { name: 'any', scope } : { name: 'any' });
  try {
    return (next.canonical?.(requested) ?? requested).scope?.account;
  } catch {
    return scope?.account; // the call itself reports the failure
  }
}
