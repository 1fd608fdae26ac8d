import { around } from '@secretkit/core/middleware';
import {
  abortable,
  SecretError,
  type SecretErrorCode,
  type SecretProvider,
  type SecretRef,
  seal,
} from '@secretkit/core/provider';
import { memorySecrets } from '@secretkit/memory';

/** How a call fails: with a code, or with the loss of an answer after the call took effect. */
export type ChaosFault = SecretErrorCode | 'hang' | 'delay' | 'lostAnswer';

/** A store in memory behind a connection with latency and faults. */
export interface ChaoticBackend {
  readonly provider: SecretProvider;
  /** Changes the contents at once, without the provider. */
  put(ref: SecretRef, value: string, expiresAt?: Date): void;
  remove(ref: SecretRef): void;
  /** Returns the number of calls so far. */
  calls(): number;
  /** Makes the next calls fail, as many as `times`. */
  addFault(fault: ChaosFault, times: number): void;
  clearFaults(): void;
}

/** @param random - Decides the latency of each call, of at most 5 ms. */
export function chaoticBackend(random: () => number): ChaoticBackend {
  const store = memorySecrets();
  const faults: ChaosFault[] = [];
  let calls = 0;

  const connection = around({
    name: 'chaotic',
    policy: async (run, ctx) => {
      calls += 1;
      const fault = faults.shift();
      if (fault === 'hang') await abortable(new Promise(() => undefined), ctx.signal);
      await abortable(pause(fault === 'delay' ? 20 : random() * 5), ctx.signal);
      if (fault === undefined || fault === 'delay' || fault === 'hang') return run(ctx);
      if (fault !== 'lostAnswer') throw new SecretError(fault, 'a scripted failure.');
      await run(ctx);
      throw new SecretError('unavailable', 'the answer was lost.');
    },
  });

  return {
    provider: connection(store),
    put: (ref, value, expiresAt) => void store.set(ref, seal(value, { expiresAt }), {}),
    remove: (ref) => void store.delete(ref, {}),
    calls: () => calls,
    addFault(fault, times) {
      faults.push(...new Array<ChaosFault>(times).fill(fault));
    },
    clearFaults() {
      faults.length = 0;
    },
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
