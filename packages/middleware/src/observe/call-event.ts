import type { ObservedCall } from './observe-calls.js';
import type { Result } from './result.js';

/** A call that has ended: its provider, operation, refs and result. Names and codes, never a value. */
export interface CallEvent extends ObservedCall, Result {
  /** The duration of the call, in milliseconds. */
  readonly durationMs: number;
}
