import type { IncomingHttpHeaders } from 'node:http';
import { badVersion } from './emulator-failures.js';

/** API version of responses to requests without a `Stripe-Version` header. */
export const defaultVersion = '2026-10-28.endive';

// A date, a name since 2024, and preview features: 2026-10-28.preview; secrets_beta=v2
const versionPattern = /^\d{4}-\d\d-\d\d(?:\.\w+)?(?:; ?\w+=v\d+)*$/;

/**
 * Returns the API version of the response to a request.
 *
 * @throws `ApiFailure` 400 when the header is not a version.
 */
export function readVersion(headers: IncomingHttpHeaders): string {
  const version = headers['stripe-version'];
  if (version === undefined) return defaultVersion;
  if (typeof version === 'string' && versionPattern.test(version)) return version;
  throw badVersion();
}
