import { type Answer, type Secret, SecretError } from '@secretkit/core/provider';

/** Records answers, writes and served values, and reports values that must not be served. */
export interface Invariants {
  /** The backend answered a request. */
  answered(key: string, answer: Answer, startedIn: number, settledIn: number): void;
  /** A write was completed. */
  written(key: string, step: number): void;
  /** A reader got a value. */
  served(key: string, secret: Secret, startedIn: number, wallMs: number): void;
}

/** Returns the invariants of a cache, stated without a model of it. Each violation is added to `broken`. */
export function invariants(broken: string[]): Invariants {
  const values = new Map<string, { readonly key: string; readonly requestedIn: number }>();
  const denials: { readonly key: string; readonly requestedIn: number; readonly settledIn: number }[] = [];
  const writes: { readonly key: string; readonly step: number }[] = [];

  return {
    answered(key, answer, startedIn, settledIn) {
      const definitive = ['permission_denied', 'unauthenticated'];
      if (answer === undefined || (answer instanceof SecretError && definitive.includes(answer.code)))
        denials.push({ key, requestedIn: startedIn, settledIn });
      if (answer && !(answer instanceof SecretError)) {
        const text = answer.reveal();
        values.set(text, { key, requestedIn: Math.max(startedIn, values.get(text)?.requestedIn ?? 0) });
      }
    },

    written(key, step) {
      writes.push({ key, step });
    },

    served(key, secret, startedIn, wallMs) {
      const origin = values.get(secret.reveal());
      if (!origin) {
        broken.push('a value that the backend never returned');
        return;
      }
      const { requestedIn } = origin;
      if (origin.key !== key) broken.push('identity: a value of another secret');
      if (secret.expiresAt && secret.expiresAt.getTime() <= wallMs)
        broken.push('law 1: a value at or past its expiry');
      if (writes.some((write) => write.key === key && requestedIn < write.step && write.step < startedIn))
        broken.push('law 6: a value from before a completed write');
      if (
        denials.some(
          (denial) => denial.key === key && requestedIn < denial.requestedIn && denial.settledIn < startedIn,
        )
      )
        broken.push('law 3: a value from before a denial');
    },
  };
}
