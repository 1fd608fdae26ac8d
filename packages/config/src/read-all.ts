import type { ReadOptions, SecretsReader } from '@secretkit/core';
import { type Answer, isSecretError, kindOf, type SecretRef } from '@secretkit/core/provider';
import type { Problem } from './problems.js';

/** A ref, and the place that it is read for: a key or a path in a tree. */
export interface RefAtPlace {
  readonly at: string;
  readonly ref: SecretRef;
  /** The field of its value, by key or by JSON pointer. Absent for the whole value. */
  readonly field?: string;
}

/** @throws `TypeError` for anything but a client. */
export function checkClient(owner: string, secrets: unknown): asserts secrets is SecretsReader {
  const { get, getManySettled, scoped } = (secrets ?? {}) as Partial<SecretsReader>;
  if (typeof getManySettled === 'function' && typeof scoped === 'function') return;
  const got = typeof get === 'function' ? 'a provider' : kindOf(secrets);
  throw new TypeError(`${owner}: secrets must be a client, such as createSecrets(provider), got ${got}.`);
}

/** Returns the refs that a scoped client refuses: those of another tenant. Makes no call. */
export function refusedRefs(secrets: SecretsReader, refs: readonly RefAtPlace[]): readonly Problem[] {
  return refs.flatMap(({ at, ref }) => {
    try {
      if (ref.scope?.account !== undefined || ref.scope?.user !== undefined) secrets.scoped(ref.scope);
      return [];
    } catch (error) {
      if (isSecretError(error)) return [{ at, error }];
      throw error;
    }
  });
}

/** Returns one answer for each ref, in order, from one batch. Rejects for an abort and for a closed client. */
export async function readAll(
  secrets: SecretsReader,
  refs: readonly RefAtPlace[],
  { signal, fresh }: ReadOptions,
): Promise<readonly Answer[]> {
  const byIndex = Object.fromEntries(
    refs.map(({ ref, field }, index) => [index, field === undefined ? ref : { ...ref, field }]),
  );
  const options = { ...(signal !== undefined && { signal }), ...(fresh !== undefined && { fresh }) };
  const answers = await secrets.getManySettled(byIndex, options);
  return refs.map((_, index) => answers[index]);
}
