export type { EmulatedKey } from './access/emulated-key.js';
export type { Installations } from './access/installations.js';
export type { Permissions, PermissionTarget } from './access/permissions.js';
export type { Operation } from './api/operation.js';
export type { RateLimit } from './api/rate-limiter.js';
export type { RateLimitedReason } from './api/stripe-failures.js';
export type { DashboardOptions } from './dashboard/dashboard-options.js';
export type { Dashboard } from './dashboard/dashboard-session.js';
export type {
  Fault,
  FaultKind,
  FaultMatch,
  FaultOptions,
  ReplacingFault,
  ReplacingFaultOptions,
  SavedFaultOptions,
  ShapingFault,
} from './faults/fault.js';
export type { Faults, PendingFault } from './faults/fault-queue.js';
export type { AssumedError, AssumedErrorName, AssumedErrors } from './options/assumed-errors.js';
export type { Assumptions } from './options/assumptions.js';
export type { EmulatorOptions } from './options/emulator-options.js';
export type { RequestFilter, RequestLog, RequestLogEntry } from './server/request-log.js';
export { type Emulator, startEmulator } from './start-emulator.js';
export type {
  EmulatorSecrets,
  SecretAddress,
  SecretLocation,
  SecretRecord,
  SecretSummary,
  SecretToPut,
} from './store/emulator-secrets.js';
export type { Mode, SecretScope } from './store/secret-space.js';
