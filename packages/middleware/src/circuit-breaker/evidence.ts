import type { Call } from '@secretkit/core/middleware';
import type { SecretErrorCode } from '@secretkit/core/provider';

/** What the end of an attempt shows: the backend is up, it is down, or neither. */
export type Evidence = 'up' | 'down' | 'none';

// `none` for codes that may come without a call to the backend, or that hide its answer.
const evidence: Readonly<Record<SecretErrorCode, Evidence>> = {
  unavailable: 'down',
  timeout: 'down',
  not_found: 'up',
  permission_denied: 'up',
  unauthenticated: 'up',
  quota_exceeded: 'up',
  invalid_data: 'up',
  conflict: 'up',
  rate_limited: 'none',
  circuit_open: 'none',
  invalid_argument: 'none',
  unsupported: 'none',
  closed: 'none',
  unknown: 'none',
};

/**
 * Returns the evidence of an attempt that ended. A batch is `down` only if it has no answer for any of its secrets.
 *
 * @param code - The code of the rejection; absent for an attempt that resolved.
 */
export function evidenceOf({ refs, failures }: Call, code?: SecretErrorCode): Evidence {
  const failed = failures?.() ?? [];
  if (failed.length === 0) return code === undefined ? 'up' : evidence[code];
  const found = new Set(failed.map((each) => evidence[each]));
  if (failed.length < refs.length || found.has('up')) return 'up';
  return found.has('down') ? 'down' : 'none';
}
