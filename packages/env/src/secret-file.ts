import { SecretError } from '@secretkit/core/provider';

const maxBytes = 1_048_576;

/**
 * The text of a file that holds one value: UTF-8, without the one newline that editors and `echo` put at its end.
 *
 * @param path - Never quoted: it may be a value in the wrong place.
 * @param variable - The variable that names the file, for messages.
 * @throws `unavailable` when it cannot be read; `invalid_data` when it is no file, over 1 MiB or not UTF-8.
 */
export async function readSecretFile(
  path: string,
  variable: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  const bytes = await readBytes(path, variable, signal);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes).replace(/\r?\n$/, '');
  } catch {
    throw new SecretError(
      'invalid_data',
      `the file that ${variable} names is not UTF-8 text. Encode it as base64.`,
    );
  }
}

async function readBytes(
  path: string,
  variable: string,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  try {
    // Loaded when it is needed: platforms without files have variables too.
    const { readFile, stat } = await import('node:fs/promises');
    const found = await stat(path);
    if (!found.isFile())
      throw new SecretError('invalid_data', `${variable} names something that is not a file.`);
    if (found.size > maxBytes) {
      throw new SecretError(
        'invalid_data',
        `the file that ${variable} names is larger than ${maxBytes} bytes.`,
      );
    }
    return await readFile(path, signal ? { signal } : {});
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof SecretError) throw error;
    throw new SecretError(
      'unavailable',
      `the file that ${variable} names cannot be read. Is it mounted, readable for this process, and is its path in there, not the value?`,
    );
  }
}
