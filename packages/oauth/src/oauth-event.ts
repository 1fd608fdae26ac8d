import type { SecretErrorCode, SecretRef } from '@secretkit/core';

/** A step of a connection. It has names, codes and dates, and never a token. */
export type OAuthEvent =
  | TokensRenewedEvent
  | TokensUnsavedEvent
  | TokensSavedEvent
  | TokensDiscardedEvent
  | ConnectionEndedEvent
  | RenewalFailedEvent
  | HeaderBehindEvent;

interface OfConnection {
  /** The secret that holds the connection. */
  readonly ref: SecretRef;
}

/** The server has granted new tokens, and the store has them. */
export interface TokensRenewedEvent extends OfConnection {
  readonly kind: 'renewed';
  readonly expiresAt: Date;
}

/**
 * A warning: the store did not take the new tokens within `persistMs`. They are used from memory, and the write is repeated. If
 * this process ends first, a server that rotates refresh tokens has lost the connection.
 */
export interface TokensUnsavedEvent extends OfConnection {
  readonly kind: 'unsaved';
  readonly code: SecretErrorCode;
}

/** The store has taken tokens that were `unsaved`. */
export interface TokensSavedEvent extends OfConnection {
  readonly kind: 'saved';
}

/** New tokens were dropped, because the connection was removed or replaced during the renewal. */
export interface TokensDiscardedEvent extends OfConnection {
  readonly kind: 'discarded';
  readonly reason: 'removed' | 'replaced';
}

/** The server refused the refresh token, and the store has no newer one: the user must connect again. Once in each process. */
export interface ConnectionEndedEvent extends OfConnection {
  readonly kind: 'ended';
}

/** A renewal failed, and the connection stays. */
export interface RenewalFailedEvent extends OfConnection {
  readonly kind: 'failed';
  readonly code: SecretErrorCode;
}

/** The secret with the header could not be written. It is written again at a later read. */
export interface HeaderBehindEvent extends OfConnection {
  readonly kind: 'header-behind';
  readonly code: SecretErrorCode;
}
