import { hasExpired, type SecretErrorCode } from '@secretkit/core/provider';
import type { CredentialSource } from './credential-source.js';
import type { FollowState } from './follow.js';
import { factsOf } from './rotation-event.js';

/** The state of a rotation, for probes: numbers and version ids, and never a value. */
export interface RotationHealth {
  /** Whether a client uses another credential than the store's, or one that has ended or was refused, or the store fails. */
  readonly degraded: boolean;
  /** The generation of the store's newest credential that was read; 0 before the first. */
  readonly generation: number;
  /** The logins that a server has refused so far. */
  readonly authFailures: number;
  /** The code of the last read in the background, if it failed. */
  readonly readFailure?: SecretErrorCode;
  readonly clients: readonly ClientHealth[];
}

/** The state of one client or pool. */
export interface ClientHealth {
  readonly client: string;
  /** The generation of the credential that new connections use. */
  readonly generation: number;
  readonly version?: string;
  readonly expired: boolean;
  /** Whether the server refused this credential at the last login. */
  readonly refused: boolean;
  /** The replaced credentials that connections or calls still use. */
  readonly ended: readonly {
    readonly generation: number;
    readonly version?: string;
    readonly inUse: number;
  }[];
}

export function rotationHealth<T>(
  source: CredentialSource<T>,
  states: readonly FollowState<T>[],
  authFailures: number,
  now: () => number,
): RotationHealth {
  const clients = states.map(({ name, accepted, drain }) => ({
    client: name,
    ...factsOf(accepted.current),
    expired: hasExpired(accepted.current.secret, now()),
    refused: accepted.isRefused,
    ended: drain.ended.map(({ credential, inUse }) => ({ ...factsOf(credential), inUse })),
  }));
  const generation = source.latest?.generation ?? 0;
  const { failure } = source;
  const isBehind = clients.some(
    (each) => each.generation !== generation || each.expired || each.refused || each.ended.length > 0,
  );
  return {
    degraded: isBehind || failure !== undefined,
    generation,
    authFailures,
    ...(failure && { readFailure: failure }),
    clients,
  };
}
