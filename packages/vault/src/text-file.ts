import { SecretError } from '@secretkit/core/provider';
import { decodeText, type FileFailure, fileReader } from '@secretkit/file-reader';

const maxBytes = 1_048_576;
const timeoutMs = 10_000;

/** The failures that another attempt may not have. */
const passing: readonly FileFailure[] = ['rewritten', 'no writer', 'late'];

/**
 * Returns a function that reads a text from a file: a token that an agent renews, a secret id, a JWT. The file is read for each
 * call, without the newline at its end. Use it for `token`, `secretId`, `wrappedSecretId` and `jwt`.
 *
 * @throws `TypeError` for anything but a path. When it is called: `unauthenticated` for a file that is not there, or cannot be
 * read; `unavailable` while it is written.
 * @example
 * ```ts
 * import { vaultSecrets } from '@secretkit/vault';
 * import { textFile } from '@secretkit/vault/node';
 *
 * const token = textFile('/run/vault/token');
 * const provider = vaultSecrets({ address: 'https://vault.example', mount: 'secret', token });
 * ```
 */
export function textFile(path: string): () => Promise<string> {
  if (typeof path !== 'string' || path === '')
    throw new TypeError('textFile: path must be the path of a file.');
  const reader = fileReader(maxBytes);
  return async () => {
    const now = performance.timeOrigin + performance.now();
    const result = await reader.read(path, { deadline: now + timeoutMs });
    const text = 'bytes' in result ? decodeText(result.bytes) : undefined;
    if (typeof text === 'string' && text !== '') return text;
    const failure = 'failure' in result ? result.failure : 'no text in it';
    throw new SecretError(
      'failure' in result && passing.includes(result.failure) ? 'unavailable' : 'unauthenticated',
      `the file with the credential cannot be read (${failure}). Check its path, and let this user read it.`,
    );
  };
}
