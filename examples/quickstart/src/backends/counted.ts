import { around, type SecretProvider } from '@secretkit/core';

/** Counts the calls that reach a provider. */
export function counted(provider: SecretProvider): { provider: SecretProvider; calls: () => number } {
  let calls = 0;
  const counting = around('counted', {}, (run, ctx) => {
    calls += 1;
    return run(ctx);
  });
  return { provider: counting(provider), calls: () => calls };
}
