import { abortable } from '@secretkit/core/provider';

/** Closes a client after its commands, or ends it when the time is over. It never rejects. */
export async function closeWithin(
  closeMs: number,
  close: () => Promise<unknown>,
  end: () => void,
): Promise<void> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), closeMs);
  try {
    await abortable(close(), late.signal);
  } catch {
    // It was closed already, or takes too long.
  } finally {
    clearTimeout(timer);
    end();
  }
}
