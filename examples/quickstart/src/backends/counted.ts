import type { SecretProvider } from '@secretkit/core';
import { around } from '@secretkit/core/middleware';

/** Counts the calls that reach a provider. */
export function counted(provider: SecretProvider): { provider: SecretProvider; calls: () => number } {
  let calls = 0;
  const counting = around({
    name: 'counted',
    policy: (run, ctx) => {
      calls += 1;
      return run(ctx);
    },
  });
  return { provider: counting(provider), calls: () => calls };
}
