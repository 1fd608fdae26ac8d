import { fetchedAt, staleUntil } from '@secretkit/core/middleware';
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

interface Origin {
  readonly key: string;
  readonly requestedIn: number;
  /** As the latest of the answers with this value has it; infinity if one has none. */
  readonly fetchedAt: number;
  readonly staleUntil: number;
}

function latest(of: number | undefined, before: number | undefined): number {
  return Math.max(of ?? Number.POSITIVE_INFINITY, before ?? Number.NEGATIVE_INFINITY);
}

/** Returns the invariants of a cache, stated without a model of it. Each violation is added to `broken`. */
export function invariants(broken: string[]): Invariants {
  const values = new Map<string, Origin>();
  const denials: { readonly key: string; readonly requestedIn: number; readonly settledIn: number }[] = [];
  const writes: { readonly key: string; readonly step: number }[] = [];

  return {
    answered(key, answer, startedIn, settledIn) {
      const definitive = ['permission_denied', 'unauthenticated'];
      if (answer === undefined || (answer instanceof SecretError && definitive.includes(answer.code)))
        denials.push({ key, requestedIn: startedIn, settledIn });
      if (answer && !(answer instanceof SecretError)) {
        const text = answer.reveal();
        const before = values.get(text);
        values.set(text, {
          key,
          requestedIn: Math.max(startedIn, before?.requestedIn ?? 0),
          fetchedAt: latest(fetchedAt(answer), before?.fetchedAt),
          staleUntil: latest(staleUntil(answer), before?.staleUntil),
        });
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
      const fetched = fetchedAt(secret);
      if (fetched === undefined) broken.push('law 2: a value without the time of its fetch');
      else if (fetched > origin.fetchedAt) broken.push('law 2: a value that is younger than its fetch');
      if (secret.staleSince && (staleUntil(secret) ?? 0) > origin.staleUntil)
        broken.push('law 2: a stale value with a longer bound than that of its giver');
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
