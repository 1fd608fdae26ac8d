import { SecretError } from '@secretkit/core/provider';

const maxBytes = 1_048_576;

/**
 * Returns the text of a file that holds one value, without the one newline that editors and `echo` add at its end; of a file that
 * is not UTF-8 its bytes.
 *
 * @param path - Never quoted: it may be a value in the wrong place.
 * @param variable - The variable that names the file, for messages.
 * @throws `unavailable` when it cannot be read; `invalid_data` when it is not a file, or over 1 MiB.
 */
export async function readSecretFile(
  path: string,
  variable: string,
  signal: AbortSignal | undefined,
): Promise<string | Uint8Array> {
  const bytes = await readBytes(path, variable, signal);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes).replace(/\r?\n$/, '');
  } catch {
    return bytes;
  }
}

async function readBytes(
  path: string,
  variable: string,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  try {
    // Loaded at the first use: platforms without files have variables too.
    const { readFile, stat } = await import('node:fs/promises');
    const stats = await stat(path);
    if (!stats.isFile()) throw invalidFile(variable, 'must be a regular file.');
    if (stats.size > maxBytes) throw invalidFile(variable, `must have at most ${maxBytes} bytes.`);
    return await readFile(path, signal ? { signal } : {});
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof SecretError) throw error;
    throw new SecretError(
      'unavailable',
      `the file in ${variable} could not be read. Check that ${variable} has a path and not the value, ` +
        'that the file is mounted, and that this process may read it.',
    );
  }
}

function invalidFile(variable: string, problem: string): SecretError {
  return new SecretError('invalid_data', `the file in ${variable} ${problem}`);
}
