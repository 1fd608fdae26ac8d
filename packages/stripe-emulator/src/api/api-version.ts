import type { IncomingHttpHeaders } from 'node:http';
import { badVersion } from './emulator-failures.js';

/** The API version of answers to requests that name none. */
export const defaultVersion = '2026-10-28.endive';

// A date, since 2024 with a name, and features of a preview: 2026-10-28.preview; secrets_beta=v2
const form = /^\d{4}-\d\d-\d\d(?:\.\w+)?(?:; ?\w+=v\d+)*$/;

/**
 * The version that the answer of a request is in.
 *
 * @throws ApiFailure for one that does not look like a version
 */
export function readVersion(headers: IncomingHttpHeaders): string {
  const version = headers['stripe-version'];
  if (version === undefined) return defaultVersion;
  if (typeof version === 'string' && form.test(version)) return version;
  throw badVersion();
}
