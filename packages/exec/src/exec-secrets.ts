import {
  hasExpired,
  invalid,
  kindOf,
  own,
  refKey,
  SecretError,
  type SecretErrorCode,
  type SecretProvider,
  type SecretRef,
  throwIfAborted,
  toSecretError,
} from '@secretkit/core/provider';
import { environmentOf } from './command-env.js';
import { type CommandOf, checkExecOptions, type ExecSecretsOptions } from './exec-options.js';
import { parseJson, parseText } from './parse-output.js';
import type { CommandResult } from './run-command.js';
import { sharedRuns } from './shared-runs.js';

/** The output of commands as a provider. It only reads. */
export type ExecSecrets = Pick<SecretProvider, 'name' | 'get'> &
  Required<Pick<SecretProvider, 'memory' | typeof Symbol.asyncDispose>>;

/**
 * Returns a provider that runs a command for each read, such as the CLI of a password manager, and takes its output as the
 * value.
 *
 * @throws `TypeError` or `RangeError` for wrong options.
 * @example
 * ```ts
 * import { createSecrets } from '@secretkit/core';
 * import { execSecrets } from '@secretkit/exec';
 *
 * const provider = execSecrets({
 *   command: ({ name }) => ['op', 'read', `op://production/${name}/password`],
 *   env: { OP_SERVICE_ACCOUNT_TOKEN: true },
 * });
 * const secrets = createSecrets(provider);
 * ```
 */
export function execSecrets(given: ExecSecretsOptions): ExecSecrets {
  const options = checkExecOptions('execSecrets', given);
  const { command, output = 'text', keepNewline = false, env = {}, exitCodes = {} } = options;
  const { scoped = false, leadingDash = false, timeoutMs = 10_000, maxProcesses = 4 } = options;
  const { now = () => Date.now() } = options;
  const runs = sharedRuns(timeoutMs, maxProcesses, () => environmentOf(env));
  let closed = false;

  return Object.freeze<ExecSecrets>({
    name: 'exec',

    async get(ref, ctx) {
      throwIfAborted(ctx.signal);
      if (closed) throw closedError();
      const [account, user] = [own(ref.scope, 'account'), own(ref.scope, 'user')];
      if (!scoped && (account !== undefined || user !== undefined)) return undefined;
      if (!leadingDash) refuseDashes(ref);
      const argv = argvOf(command, ref);
      if (argv === undefined) return undefined;
      const result = await runs.read(refKey(ref), argv, ctx);
      const meaning =
        result.exitCode === 0 ? undefined : (own(exitCodes, result.exitCode ?? 0) ?? 'unavailable');
      if (meaning === 'missing') return undefined;
      if (meaning !== undefined) throw exitError(meaning, result);
      const secret = output === 'json' ? parseJson(result.stdout) : parseText(result.stdout, keepNewline);
      return secret && hasExpired(secret, now()) ? undefined : secret;
    },

    // A command that was started before an invalidation may print the value of before.
    memory: Object.freeze({ invalidate: () => runs.detach() }),

    async [Symbol.asyncDispose]() {
      closed = true;
      runs.end(closedError());
    },
  });
}

function refuseDashes({ name, scope }: SecretRef): void {
  const fields = { name, account: own(scope, 'account'), user: own(scope, 'user') };
  const [field] = Object.entries(fields).find(([, text]) => text?.startsWith('-')) ?? [];
  if (field === undefined) return;
  throw invalid(
    `${field} must not begin with "-": the command could read it as an option. Set leadingDash if it cannot.`,
  );
}

/** @throws `invalid_argument` unless a process can be started with it. Nothing of it is quoted. */
function argvOf(command: CommandOf, ref: SecretRef): readonly string[] | undefined {
  let argv: unknown;
  try {
    argv = command(ref);
  } catch (error) {
    throw toSecretError(error, {});
  }
  if (argv === undefined) return undefined;
  const expected = 'command must return an array of strings: the program and its arguments';
  if (!Array.isArray(argv)) throw invalid(`${expected}, got ${kindOf(argv)}.`);
  if (argv.length === 0 || argv[0] === '') throw invalid(`${expected}, got one without a program.`);
  Array.from(argv, (argument: unknown, at) => {
    if (typeof argument !== 'string') throw invalid(`${expected}, got ${kindOf(argument)} at index ${at}.`);
    if (argument.includes('\0')) throw invalid(`${expected}, got a string with a NUL at index ${at}.`);
  });
  return argv as readonly string[]; // each element was checked
}

function exitError(code: SecretErrorCode, { exitCode, signal, stderrBytes }: CommandResult): SecretError {
  const ending = exitCode === null ? `was ended by ${signal}` : `exited with ${exitCode}`;
  const output = `Its stderr of ${stderrBytes} bytes is withheld: run the command by hand to read it.`;
  const vendorCode = exitCode === null ? String(signal) : `exit-${exitCode}`;
  return new SecretError(code, `the command ${ending}. ${output}`, { details: { vendorCode } });
}

function closedError(): SecretError {
  return new SecretError('closed', 'the provider is closed. Create a new one, or close it later.');
}
