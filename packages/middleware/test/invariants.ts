import { type Answer, type Secret, SecretError } from '@secretkit/core/provider';

/** Watches what is served for what no reading of the law may allow. */
export interface Witness {
  told(key: string, answer: Answer, askedIn: number, landedIn: number): void;
  wrote(key: string, step: number): void;
  served(key: string, secret: Secret, startedIn: number, wallMs: number): void;
}

/** What must hold whatever happens, said without a model of the cache. */
export function invariants(broken: string[]): Witness {
  const given = new Map<string, { readonly key: string; readonly askedIn: number }>();
  const denials: { readonly key: string; readonly askedIn: number; readonly landedIn: number }[] = [];
  const writes: { readonly key: string; readonly step: number }[] = [];

  return {
    told(key, answer, askedIn, landedIn) {
      const definitive = ['permission_denied', 'unauthenticated'];
      if (answer === undefined || (answer instanceof SecretError && definitive.includes(answer.code)))
        denials.push({ key, askedIn, landedIn });
      if (answer && !(answer instanceof SecretError)) {
        const text = answer.reveal();
        given.set(text, { key, askedIn: Math.max(askedIn, given.get(text)?.askedIn ?? 0) });
      }
    },

    wrote(key, step) {
      writes.push({ key, step });
    },

    served(key, secret, startedIn, wallMs) {
      const about = given.get(secret.reveal());
      if (!about) {
        broken.push('a value from nowhere');
        return;
      }
      const { askedIn } = about;
      if (about.key !== key) broken.push('identity: a value of another secret');
      if (secret.expiresAt && secret.expiresAt.getTime() <= wallMs)
        broken.push('law 1: a value at or past its expiry');
      if (writes.some((write) => write.key === key && askedIn < write.step && write.step < startedIn))
        broken.push('law 6: a value from before a completed write');
      if (
        denials.some(
          (denial) => denial.key === key && askedIn < denial.askedIn && denial.landedIn < startedIn,
        )
      )
        broken.push('law 3: a value from before a denial');
    },
  };
}
