/** What a data key is bound to. It may appear in the audit log of the key management service. */
export interface EnvelopeContext {
  readonly namespace: string;
  /** The `id` of the codec's key. */
  readonly keyId: string;
}

/**
 * Wraps and unwraps data keys, with a key that does not leave a key management service. Both methods must bind the data key to the
 * context, so that `unwrap` fails with another one, and should reject with a `SecretError`: any other error becomes `unknown`,
 * without its message.
 */
export interface Envelope {
  /** Must return the data key, which has 32 bytes, in encrypted form: at most 6,144 bytes. */
  wrap(dataKey: Uint8Array, context: EnvelopeContext, call: EnvelopeCall): Promise<Uint8Array>;
  /** Must return the data key of its encrypted form. */
  unwrap(wrapped: Uint8Array, context: EnvelopeContext, call: EnvelopeCall): Promise<Uint8Array>;
}

/** One call of an envelope. It is made on behalf of several callers, so that none of them can cancel it. */
export interface EnvelopeCall {
  /** Fires after `envelopeTimeoutMs`. */
  readonly signal: AbortSignal;
}
