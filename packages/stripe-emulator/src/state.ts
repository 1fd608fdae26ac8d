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
  readonly idempotencyKeys: IdempotencyKeys;
  readonly rateLimiter: RateLimiter | undefined;
  /** Back to the state at the start. */
  reset(): void;
}

/** Makes the state of an emulator that nobody has used yet. */
export function createState(options: ResolvedOptions): EmulatorState {
  const { now, assume, rateLimit } = options;
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
    idempotencyKeys: createIdempotencyKeys(now),
    rateLimiter: rateLimit && createRateLimiter(rateLimit, now, assume.rateLimitShouldRetry),
  };
  return {
    ...parts,
    reset() {
      parts.store.clear();
      parts.faults.clear();
      parts.log.reset();
      parts.permissions.reset();
      parts.idempotencyKeys.reset();
      parts.rateLimiter?.reset();
    },
  };
}
