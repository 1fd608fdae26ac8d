import { SecretError, type SecretErrorCode } from '@secretkit/core/provider';
import type { FileFailure } from '@secretkit/file-reader';
import { maxFileBytes } from './check-file-options.js';

type Problem = (file: string) => string;

const mustBe: Problem = (file) => `${file} must be a file or a pipe`;

/** The code and the message of each failure. Missing files are for the caller: they may be an answer. */
const failures: Readonly<Record<FileFailure, readonly [SecretErrorCode, Problem]>> = {
  absent: ['unavailable', (file) => `${file} does not exist. Create it, or correct its path.`],
  // Not permission_denied, after which a cache forgets the value: a mode that is wrong for a moment revokes nothing.
  denied: [
    'unavailable',
    (file) =>
      `this process may not read ${file}, or it is a link that leads out of the folder. Allow its user to read it, or put the ` +
      'file itself there; in Deno, allow the path with --allow-read.',
  ],
  directory: ['invalid_data', (file) => `${mustBe(file)}, got a directory.`],
  device: ['invalid_data', (file) => `${mustBe(file)}, got a device.`],
  socket: ['invalid_data', (file) => `${mustBe(file)}, got a socket.`],
  'too large': ['invalid_data', (file) => `${file} must have at most ${maxFileBytes} bytes, got more.`],
  rewritten: [
    'unavailable',
    (file) => `${file} is being rewritten. Read again; to avoid this, write another file and rename it.`,
  ],
  'no writer': [
    'unavailable',
    (file) => `${file} is a pipe without a writer. Start the process that writes to it.`,
  ],
  late: [
    'timeout',
    (file) =>
      `${file} is a pipe that was not written to its end before the deadline. Check the process that writes to it.`,
  ],
  closed: ['closed', () => 'the provider is closed. Create a new one, or close it later.'],
  unreadable: ['unavailable', (file) => `${file} could not be read. Check the disk, and its links.`],
};

/** Converts a failure to read a file. @param file - A description, which is not its path. */
export function fileError(failure: FileFailure, file: string): SecretError {
  const [code, problem] = failures[failure];
  return new SecretError(code, problem(file));
}

const folderProblems: Readonly<Partial<Record<FileFailure, string>>> = {
  absent: 'the folder of the option directory does not exist. Mount it, or correct the path.',
  denied:
    'this process may not read the folder of the option directory. Allow its user to read and to enter it; in Deno, allow the ' +
    'path with --allow-read.',
};

/** Converts a failure to find the folder. It is never the absence of a secret. */
export function folderError(failure: FileFailure | 'file' | 'changing'): SecretError {
  if (failure === 'closed') return fileError(failure, '');
  if (failure === 'file') {
    return new SecretError(
      'unavailable',
      'the option directory must be a folder, got a file. Correct the path.',
    );
  }
  if (failure === 'changing') {
    return new SecretError(
      'unavailable',
      'the folder changed during each attempt to read it, or its link ..data ends nowhere. Check the program that writes it.',
    );
  }
  return new SecretError(
    'unavailable',
    folderProblems[failure] ?? 'the folder of the option directory could not be read. Check the disk.',
  );
}
