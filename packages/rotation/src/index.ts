export type { AttachedClient, AttachOptions, MakeClient } from './attached-client.js';
export type { Credential } from './credential.js';
export type { Following, FollowOptions } from './follow.js';
export { type RotatingOptions, type Rotation, rotating } from './rotating.js';
export type {
  DrainedEvent,
  EndedEvent,
  KeptOldEvent,
  RotatingEvent,
  RotationEvent,
  SwappedEvent,
} from './rotation-event.js';
export type { ClientHealth, RotationHealth } from './rotation-health.js';
export { verifyWith } from './verify-with.js';
