export type { Assumptions, QuotaErrorAssumption } from './assumptions.js';
export type { EmulatedKey } from './authenticate.js';
export type { EmulatorOptions } from './emulator-options.js';
export type {
  Fault,
  FaultKind,
  FaultMatch,
  FaultOptions,
  ReplacingFault,
  ReplacingFaultOptions,
  ShapingFault,
} from './faults/fault.js';
export type { Faults, PendingFault } from './faults/fault-queue.js';
export type { Operation } from './operation.js';
export type { Permissions, PermissionTarget } from './permissions.js';
export type { RateLimit } from './rate-limiter.js';
export type { RequestFilter, RequestLog, RequestLogEntry } from './request-log.js';
export type { Mode, SecretScope } from './secret-space.js';
export type {
  SecretAddress,
  SecretLocation,
  SecretRecord,
  SecretSummary,
  SecretsBackDoor,
  SecretToPut,
} from './secrets-back-door.js';
export { type Emulator, startEmulator } from './start-emulator.js';
