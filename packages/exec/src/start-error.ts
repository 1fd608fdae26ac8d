import { SecretError, type SecretErrorCode, type SecretErrorFields } from '@secretkit/core/provider';

type Meaning = readonly [code: SecretErrorCode, problem: string, fields?: SecretErrorFields];

const absent: Meaning = [
  'unavailable',
  'the command was not found. Install it and the interpreter that it names, or return its full path.',
  { retryable: false },
];
const refused: Meaning = [
  'unavailable',
  'the command is not executable for this process. Change its permissions, or those of its folder.',
  { retryable: false },
];
const exhausted: Meaning = [
  'unavailable',
  'the system has no process or descriptor left for the command. Lower maxProcesses, or raise the limit.',
];

/** The meaning of each error of a start. */
const meanings: ReadonlyMap<unknown, Meaning> = new Map([
  ['ENOENT', absent],
  ['ENOTDIR', absent],
  ['EACCES', refused],
  ['EPERM', refused],
  ['E2BIG', ['invalid_argument', 'the arguments and env are too long for the system. Shorten them.']],
  ['EAGAIN', exhausted],
  ['EMFILE', exhausted],
  ['ENFILE', exhausted],
  ['ENOMEM', exhausted],
]);

const unlisted: Meaning = ['unavailable', 'the command could not be started.'];

/** Converts an error of a start. It keeps the code alone: the error quotes the arguments. */
export function startError(error: unknown): SecretError {
  const vendorCode = (error as { readonly code?: unknown } | null | undefined)?.code;
  const [code, problem, fields] = meanings.get(vendorCode) ?? unlisted;
  return new SecretError(code, problem, { ...fields, details: { vendorCode: String(vendorCode) } });
}
