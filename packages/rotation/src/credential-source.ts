import { parseWith } from '@secretkit/config';
import type { SecretsReader } from '@secretkit/core';
import {
  isSecretError,
  maxDelayMs,
  type Secret,
  type SecretErrorCode,
  type SecretRef,
  withFields,
} from '@secretkit/core/provider';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { backgroundTimer } from './backoff.js';
import type { Credential } from './credential.js';

/** The store's side of a rotation: the newest credential, and who is notified of a newer one. */
export interface CredentialSource<T> {
  /** The newest credential that was read and parsed. */
  readonly latest: Credential<T> | undefined;
  /** The code of the last read in the background, if it failed. */
  readonly failure: SecretErrorCode | undefined;
  /** Reads through the cache, unless `fresh`. @throws as `require`; `invalid_data` if the schema refuses the value. */
  read(options?: { readonly fresh: boolean }): Promise<Credential<T>>;
  /** Reads from the store, once for all callers at the same time. Never rejects. */
  refresh(): Promise<void>;
  /** Parses a value that somebody else has read, and makes it the newest. @throws `invalid_data`. */
  apply(raw: Secret): Promise<Credential<T>>;
  /** Calls back for each newer credential. Returns the function that ends it. */
  onNewer(listener: () => void): () => void;
  close(): void;
}

/** The store changes a value at its `refreshAt`; it is read this much later. */
const refreshDelayMs = 1_000;

/** A store that fails is not read again for this long: a circuit breaker counts each failure. */
const cooldownMs = 1_000;

export function credentialSource<T>(
  secrets: SecretsReader,
  ref: string | SecretRef,
  schema: StandardSchemaV1<unknown, T> | undefined,
  now: () => number,
): CredentialSource<T> {
  const listeners = new Set<() => void>();
  let newest: { generation: number; raw: Secret; secret: Secret<T> } | undefined;
  let failure: SecretErrorCode | undefined;
  let reading: Promise<void> | undefined;
  let coolsUntil = 0;
  let closed = false;
  let stopTimer = (): void => undefined;
  let order = 0;

  async function apply(raw: Secret): Promise<Credential<T>> {
    order += 1;
    const turn = order;
    const secret = await parsed(raw);
    if (newest && (turn < order || isSame(newest.raw, raw))) {
      if (isSame(newest.raw, raw)) {
        const isMoved = newest.raw.refreshAt?.getTime() !== raw.refreshAt?.getTime();
        Object.assign(newest, { raw, secret }); // with the dates of a renewed lease
        if (isMoved) schedule(secret);
      }
      return newest;
    }
    newest = { generation: (newest?.generation ?? 0) + 1, raw, secret };
    schedule(secret);
    for (const listener of [...listeners]) listener();
    return newest;
  }

  async function parsed(raw: Secret): Promise<Secret<T>> {
    if (!schema) return raw as Secret<T>; // without a schema, T is string
    try {
      return await parseWith(schema, raw);
    } catch (error) {
      throw isSecretError(error)
        ? withFields(error, { ref: typeof ref === 'string' ? { name: ref } : ref })
        : error;
    }
  }

  function schedule({ refreshAt }: Secret<T>): void {
    stopTimer();
    if (!refreshAt || closed) return;
    const ms = refreshAt.getTime() - now() + refreshDelayMs;
    if (ms > 0) stopTimer = backgroundTimer(Math.min(ms, maxDelayMs), () => void source.refresh()); // it never rejects
  }

  const source: CredentialSource<T> = {
    get latest() {
      return newest;
    },
    get failure() {
      return failure;
    },
    read: async ({ fresh } = { fresh: false }) => apply(await secrets.require(ref, { fresh })),
    refresh() {
      if (performance.now() < coolsUntil) return Promise.resolve();
      reading ??= secrets
        .require(ref, { fresh: true })
        .then(apply)
        .then(
          () => (failure = undefined),
          (error: unknown) => {
            failure = isSecretError(error) ? error.code : 'unknown';
            coolsUntil = performance.now() + cooldownMs;
          },
        )
        .then(() => (reading = undefined));
      return reading;
    },
    apply,
    onNewer(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close() {
      closed = true;
      stopTimer();
      listeners.clear();
    },
  };
  return source;
}

function isSame(one: Secret, other: Secret): boolean {
  return one.reveal() === other.reveal() && one.format === other.format;
}
