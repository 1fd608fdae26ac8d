import { abortable } from '@secretkit/core/provider';

/** Returns a promise that never resolves. It rejects with the signal's reason when the signal fires. */
export function never(signal: AbortSignal | undefined): Promise<never> {
  return abortable(new Promise<never>(() => undefined), signal);
}
