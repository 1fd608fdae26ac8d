import { type CallContext, SecretError, type SecretErrorCode } from '@secretkit/core/provider';
import { decodeText, type FileFailure, type FileReader } from '@secretkit/file-reader';

export const maxFileBytes = 1_048_576;

/**
 * Returns the text of a file that holds one value, as `decodeText` does; of a file that is not UTF-8 its bytes.
 *
 * @param path - Never quoted: it may be a value in the wrong place.
 * @param variable - The variable that names the file, for messages.
 * @throws `SecretError` with the code of the failure.
 */
export async function readSecretFile(
  reader: FileReader,
  path: string,
  variable: string,
  ctx: CallContext,
): Promise<string | Uint8Array> {
  const result = await reader.read(path, ctx);
  if ('bytes' in result) return decodeText(result.bytes);
  const [code, problem] = failures[result.failure];
  throw new SecretError(code, problem(variable));
}

const mustName = (variable: string): string => `${variable} must name a file or a pipe`;

const failures: Readonly<Record<FileFailure, readonly [SecretErrorCode, (variable: string) => string]>> = {
  absent: [
    'unavailable',
    (variable) =>
      `the file in ${variable} does not exist. Check that ${variable} has a path and not the value, and that the file is mounted.`,
  ],
  denied: [
    'permission_denied',
    (variable) =>
      `this process may not read the file in ${variable}. Allow its user to read it; in Deno, allow the path with --allow-read.`,
  ],
  directory: ['invalid_data', (variable) => `${mustName(variable)}, got a directory.`],
  device: ['invalid_data', (variable) => `${mustName(variable)}, got a device.`],
  socket: ['invalid_data', (variable) => `${mustName(variable)}, got a socket.`],
  'too large': [
    'invalid_data',
    (variable) => `the file in ${variable} must have at most ${maxFileBytes} bytes, got more.`,
  ],
  rewritten: [
    'unavailable',
    (variable) =>
      `the file in ${variable} is being rewritten. Read again; to avoid this, write another file and rename it.`,
  ],
  'no writer': [
    'unavailable',
    (variable) => `the pipe in ${variable} has no writer. Start the process that writes to it.`,
  ],
  late: [
    'timeout',
    (variable) =>
      `the pipe in ${variable} was not written to its end before the deadline. Check the process that writes to it.`,
  ],
  closed: ['closed', () => 'env is closed. Create a new one, or close it later.'],
  unreadable: [
    'unavailable',
    (variable) =>
      `the file in ${variable} could not be read. Check that ${variable} has a path and not the value, ` +
      'and that this platform has files.',
  ],
};
