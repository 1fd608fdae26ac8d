import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { ResolvedDashboard } from './dashboard-options.js';

/** Address of the endpoint of the Dashboard, and the token that the page must send. */
export interface Dashboard {
  /** URL of the endpoint: `POST { path, options }` as JSON, with `Authorization: Bearer TOKEN`. */
  readonly url: string;
  /** Random token of the session. Only the page of `origin` may know it, not the extension. */
  readonly token: string;
}

/** The session of the Dashboard, with the check of its token. */
export interface DashboardSession extends ResolvedDashboard {
  readonly token: string;
  /** Returns whether an `Authorization` header has the token. */
  accepts(authorization: string | undefined): boolean;
}

/** Returns a session with a new token of 256 random bits. */
export function createSession(options: ResolvedDashboard): DashboardSession {
  const token = randomBytes(32).toString('base64url');
  const expected = Buffer.from(`Bearer ${token}`);
  return {
    ...options,
    token,
    accepts(authorization = '') {
      const given = Buffer.from(authorization);
      return given.length === expected.length && timingSafeEqual(given, expected);
    },
  };
}
