import { backgroundTimer } from './backoff.js';
import type { Credential } from './credential.js';

/** The connections and calls that use each credential, and the drains of those that were replaced. */
export interface Drain {
  /** Counts a use. The returned function ends it; calling it twice is fine. */
  hold(credential: Credential<unknown>): () => void;
  inUse(credential: Credential<unknown>): number;
  /** Calls back once, when nothing uses the credential any more, or after `drainMs`. */
  start(credential: Credential<unknown>, whenOver: (inUse: number) => void): void;
  /** The replaced credentials that are still in use. */
  readonly ended: readonly { readonly credential: Credential<unknown>; readonly inUse: number }[];
  /** Ends the waits without calling back. */
  close(): void;
}

export function drain(drainMs: number): Drain {
  const uses = new Map<Credential<unknown>, number>();
  const replaced = new Set<Credential<unknown>>();
  const waits = new Map<Credential<unknown>, { end(): void; stop(): void }>();

  const inUse = (credential: Credential<unknown>): number => uses.get(credential) ?? 0;

  return {
    hold(credential) {
      uses.set(credential, inUse(credential) + 1);
      let held = true;
      return () => {
        if (!held) return;
        held = false;
        const left = inUse(credential) - 1;
        if (left > 0) uses.set(credential, left);
        else uses.delete(credential);
        if (left > 0) return;
        replaced.delete(credential);
        waits.get(credential)?.end();
      };
    },
    inUse,
    start(credential, whenOver) {
      const end = (): void => {
        waits.get(credential)?.stop();
        waits.delete(credential);
        whenOver(inUse(credential));
      };
      if (inUse(credential) === 0) {
        whenOver(0);
        return;
      }
      replaced.add(credential);
      waits.set(credential, { end, stop: backgroundTimer(drainMs, end) });
    },
    get ended() {
      return [...replaced].map((credential) => ({ credential, inUse: inUse(credential) }));
    },
    close() {
      for (const { stop } of waits.values()) stop();
      waits.clear();
    },
  };
}
