import type { Call } from '@secretkit/core/middleware';
import type { SecretErrorCode } from '@secretkit/core/provider';

/** What the end of an attempt tells of the backend. */
export type Evidence = 'up' | 'down' | 'none';

/** Codes that a layer or an adapter may give without having asked, or that hide what happened, tell nothing. */
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
 * What an attempt tells that ended, with this code if it rejected. A batch is down only if none of its secrets was
 * answered: a backend that answers for some is there.
 */
export function evidenceOf({ refs, failures }: Call, code?: SecretErrorCode): Evidence {
  const failed = failures?.() ?? [];
  if (failed.length === 0) return code === undefined ? 'up' : evidence[code];
  const told = new Set(failed.map((each) => evidence[each]));
  if (failed.length < refs.length || told.has('up')) return 'up';
  return told.has('down') ? 'down' : 'none';
}
