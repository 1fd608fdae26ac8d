import { isSecretError, type SecretError } from '@secretkit/core/provider';

/** Returns the error that a read rejects with. */
export async function failureOf(read: Promise<unknown>): Promise<SecretError> {
  const outcome: unknown = await read.then(
    () => 'a result',
    (error: unknown) => error,
  );
  if (isSecretError(outcome)) return outcome;
  throw new Error(`expected a SecretError, got ${outcome === 'a result' ? outcome : 'another error'}`);
}
