import { kindOf } from '@secretkit/core/provider';

/** @throws `TypeError` for what is not a signal. By its members: a polyfill may have a class of its own. */
export function checkSignal(owner: string, signal: AbortSignal | undefined): void {
  const { aborted, addEventListener, removeEventListener } = Object(signal) as Partial<AbortSignal>;
  const kinds = [typeof aborted, typeof addEventListener, typeof removeEventListener];
  if (signal === undefined || kinds.join() === 'boolean,function,function') return;
  throw new TypeError(
    `${owner}: signal must be an AbortSignal, such as controller.signal, got ${kindOf(signal)}.`,
  );
}
