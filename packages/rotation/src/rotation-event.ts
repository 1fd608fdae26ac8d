import type { Credential } from './credential.js';

/** One step of a rotation. It has numbers and the store's version ids, and never a value. */
export type RotationEvent = RotatingEvent | SwappedEvent | DrainedEvent | EndedEvent | KeptOldEvent;

interface OfClient {
  /** The name of the client or pool. */
  readonly client: string;
  /** The credential that the event is about: 1 for the first value that was read. */
  readonly generation: number;
  /** The store's name for this value, if it has one. */
  readonly version?: string;
}

/** The store has a new credential, and the client begins to verify it. */
export interface RotatingEvent extends OfClient {
  readonly kind: 'rotating';
}

/** New work uses the credential from now on. */
export interface SwappedEvent extends OfClient {
  readonly kind: 'swapped';
  /** The generation of the credential before. */
  readonly previous: number;
  /** `false` if the credential was taken unverified, because the server refused the one before, too. */
  readonly verified: boolean;
}

/** The drain of a former credential is over: its work has ended, or `drainMs` has passed. */
export interface DrainedEvent extends OfClient {
  readonly kind: 'drained';
  /** How many connections or calls still use it. */
  readonly inUse: number;
}

/** A connection with a replaced credential failed, because the server has ended it before its drain: it is discarded. */
export interface EndedEvent extends OfClient {
  readonly kind: 'ended';
}

/** The new credential did not verify, so the former stays. It is tried again, with backoff. */
export interface KeptOldEvent extends OfClient {
  readonly kind: 'kept-old';
  /** The generation of the new credential. */
  readonly refused: number;
  /** `refused` if the server refused the login, `failed` for any other failure, such as an outage. */
  readonly reason: 'refused' | 'failed';
}

/** Returns the facts of a credential that events show. */
export function factsOf({
  generation,
  secret,
}: Credential<unknown>): Pick<OfClient, 'generation' | 'version'> {
  const { version } = secret;
  return { generation, ...(version !== undefined && { version }) };
}
