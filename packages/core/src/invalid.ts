import { SecretError } from './secret-error.js';

/** The error of a caller's mistake, told before any I/O. */
export function invalid(problem: string): SecretError {
  return new SecretError('invalid_argument', problem);
}
