import { setMaxListeners } from 'node:events';
import { createInstallations, type InstallationState } from './access/installations.js';
import { createPermissions, type PermissionState } from './access/permissions.js';
import { createIdempotencyKeys, type IdempotencyKeys } from './api/idempotency.js';
import { createRateLimiter, type RateLimiter } from './api/rate-limiter.js';
import { createFaultQueue, type FaultQueue } from './faults/fault-queue.js';
import type { ResolvedOptions } from './options/resolve-options.js';
import { createRequestLog, type RequestRecorder } from './server/request-log.js';
import { createSecretStore, type SecretStore } from './store/secret-store.js';

/** State of one emulator. */
export interface EmulatorState {
  readonly store: SecretStore;
  readonly faults: FaultQueue;
  readonly log: RequestRecorder;
  readonly permissions: PermissionState;
  readonly installations: InstallationState;
  readonly idempotencyKeys: IdempotencyKeys;
  readonly rateLimiter: RateLimiter | undefined;
  /** Signal for new requests. It aborts when they must stop. */
  readonly signal: AbortSignal;
  /** Aborts the requests in flight: they change nothing any more, and get no response. */
  abortRequests(): void;
  /** Restores the state at the start. */
  reset(): void;
}

/** Creates the state of a new emulator. */
export function createState(options: ResolvedOptions): EmulatorState {
  const { now, assume, rateLimit } = options;
  let requests = newController();
  const parts = {
    store: createSecretStore(now, assume),
    faults: createFaultQueue(),
    log: createRequestLog(options.onRequest),
    permissions: createPermissions({
      app: options.secretWrite,
      restrictedKeys: [...(options.keys?.values() ?? [])]
        .filter(({ secretWrite }) => secretWrite)
        .map(({ key }) => key),
    }),
    installations: createInstallations(options.accounts),
    idempotencyKeys: createIdempotencyKeys(now),
    rateLimiter: rateLimit && createRateLimiter(rateLimit, now, assume.rateLimitShouldRetry),
  };

  function abortRequests(): void {
    requests.abort();
    requests = newController();
  }

  return {
    ...parts,
    get signal() {
      return requests.signal;
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

/** Removes the limit of listeners: many requests may wait on the signal, and Node would warn of a leak after ten. */
function newController(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}
