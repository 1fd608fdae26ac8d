import { setMaxListeners } from 'node:events';
import { createInstallations, type InstallationState } from './access/installations.js';
import { createPermissions, type PermissionState } from './access/permissions.js';
import { createIdempotencyKeys, type IdempotencyKeys } from './api/idempotency.js';
import { createRateLimiter, type RateLimiter } from './api/rate-limiter.js';
import { createFaultQueue, type FaultQueue } from './faults/fault-queue.js';
import type { ResolvedOptions } from './options/resolve-options.js';
import { createRequestLog, type RequestRecorder } from './server/request-log.js';
import { createSecretStore, type SecretStore } from './store/secret-store.js';

/** Everything one emulator remembers. */
export interface EmulatorState {
  readonly store: SecretStore;
  readonly faults: FaultQueue;
  readonly log: RequestRecorder;
  readonly permissions: PermissionState;
  readonly installations: InstallationState;
  readonly idempotencyKeys: IdempotencyKeys;
  readonly rateLimiter: RateLimiter | undefined;
  /** For the requests that come now: fires when they are abandoned. */
  readonly signal: AbortSignal;
  /** Gives up the requests under way: none of them changes anything from here on, or is answered. */
  abortRequests(): void;
  /** Back to the state at the start. */
  reset(): void;
}

/** Makes the state of an emulator that nobody has used yet. */
export function createState(options: ResolvedOptions): EmulatorState {
  const { now, assume, rateLimit } = options;
  let lifetime = newLifetime();
  const parts = {
    store: createSecretStore(now, assume),
    faults: createFaultQueue(),
    log: createRequestLog(options.onRequest),
    permissions: createPermissions({
      app: options.secretWrite,
      restrictedKeys: [...(options.keys?.values() ?? [])]
        .filter((one) => one.secretWrite)
        .map((one) => one.key),
    }),
    installations: createInstallations(options.accounts),
    idempotencyKeys: createIdempotencyKeys(now),
    rateLimiter: rateLimit && createRateLimiter(rateLimit, now, assume.rateLimitShouldRetry),
  };

  function abortRequests(): void {
    lifetime.abort();
    lifetime = newLifetime();
  }

  return {
    ...parts,
    get signal() {
      return lifetime.signal;
    },
    abortRequests,
    reset() {
      abortRequests();
      parts.store.clear();
      parts.faults.clear();
      parts.log.reset();
      parts.permissions.reset();
      parts.installations.reset();
      parts.idempotencyKeys.reset();
      parts.rateLimiter?.reset();
    },
  };
}

/** Any number of requests may wait for its end; Node would warn of a leak from the eleventh on. */
function newLifetime(): AbortController {
  const lifetime = new AbortController();
  setMaxListeners(0, lifetime.signal);
  return lifetime;
}
