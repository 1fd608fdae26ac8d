import type { ReadOptions, SecretsReader } from '@secretkit/core';
import { type Answer, isSecretError, type SecretRef } from '@secretkit/core/provider';
import type { Problem } from './problems.js';

/** A secret, and where it is wanted. */
export interface Wanted {
  readonly at: string;
  readonly ref: SecretRef;
}

/** @throws `TypeError` for what is no client. */
export function checkClient(owner: string, secrets: unknown): asserts secrets is SecretsReader {
  const { getManySettled, scoped } = (secrets ?? {}) as Partial<SecretsReader>;
  if (typeof getManySettled === 'function' && typeof scoped === 'function') return;
  throw new TypeError(`${owner} needs a client: createSecrets(provider), or one of its scoped clients.`);
}

/** Refs that a scoped client refuses: those of another tenant. Nothing is read. */
export function refusedBy(secrets: SecretsReader, wanted: readonly Wanted[]): readonly Problem[] {
  return wanted.flatMap(({ at, ref }) => {
    try {
      if (ref.scope?.account !== undefined || ref.scope?.user !== undefined) secrets.scoped(ref.scope);
      return [];
    } catch (error) {
      if (isSecretError(error)) return [{ at, error }];
      throw error;
    }
  });
}

/** One answer for each, in order, by one batch. Rejects for an abort, and when the client has been closed. */
export async function readAll(
  secrets: SecretsReader,
  wanted: readonly Wanted[],
  { signal, fresh }: ReadOptions,
): Promise<readonly Answer[]> {
  const byPlace = Object.fromEntries(wanted.map(({ ref }, at) => [at, ref]));
  const options = { ...(signal !== undefined && { signal }), ...(fresh !== undefined && { fresh }) };
  const answers = await secrets.getManySettled(byPlace, options);
  return wanted.map((_, at) => answers[at]);
}
