import {
  checkFunction,
  checkNumber,
  checkOptions,
  kindOf,
  maxDelayMs,
  type SecretRef,
} from '@secretkit/core/provider';
import { type CommandEnv, checkEnv } from './command-env.js';
import { checkExitCodes, type ExitMeaning } from './exit-meanings.js';

/**
 * Returns the program and its arguments for a secret, such as `['pass', 'show', name]`. No shell reads them. `undefined` means
 * that there is no such secret: then no command is run.
 */
export type CommandOf = (ref: SecretRef) => readonly string[] | undefined;

export interface ExecSecretsOptions {
  /** Returns the program and its arguments for a secret; `undefined` for a secret that is missing. */
  readonly command: CommandOf;
  /**
   * How to read the output: `text` is the value itself, `json` is an object `{ value, expiresAt, version }`.
   * @defaultValue `'text'`
   */
  readonly output?: 'text' | 'json';
  /** Keeps the newline at the end of a text, which most commands add to the value. @defaultValue false */
  readonly keepNewline?: boolean;
  /**
   * Environment variables of the command: `true` passes on the variable of this process, a string sets it, `false` removes it.
   * @defaultValue those that a program needs to find its configuration: see the README
   */
  readonly env?: CommandEnv;
  /**
   * The meaning of exit codes: `'missing'` or an error code. Any other code but 0 is `unavailable`.
   * @defaultValue none
   */
  readonly exitCodes?: Readonly<Record<number, ExitMeaning>>;
  /** Runs the command for refs with a scope too; without it they are missing. @defaultValue false */
  readonly scoped?: boolean;
  /**
   * Accepts names, accounts and users that begin with `-`. A command reads such an argument as an option.
   * @defaultValue false
   */
  readonly leadingDash?: boolean;
  /**
   * The time limit for a read, in milliseconds, from 1 to 2³¹ − 1. It includes the wait for other commands.
   * @defaultValue 10000
   */
  readonly timeoutMs?: number;
  /** How many commands run at the same time, from 1 to 1,000. Other reads wait. @defaultValue 4 */
  readonly maxProcesses?: number;
  /** The clock, in epoch milliseconds: secrets expire by it. @defaultValue Date.now */
  readonly now?: () => number;
}

const known = [
  'command',
  'output',
  'keepNewline',
  'env',
  'exitCodes',
  'scoped',
  'leadingDash',
  'timeoutMs',
  'maxProcesses',
  'now',
] as const satisfies readonly (keyof ExecSecretsOptions)[];

/** Returns the options, without any that they inherit. @throws `TypeError` or `RangeError` for wrong options. */
export function checkExecOptions(owner: string, given: ExecSecretsOptions): ExecSecretsOptions {
  const options = checkOptions(owner, given, known);
  const { command, output = 'text', env, exitCodes, timeoutMs = 1, maxProcesses = 1, now } = options;
  if (typeof command !== 'function') {
    const expected =
      "a function that returns a program and its arguments, such as (ref) => ['pass', ref.name]";
    throw new TypeError(`${owner}: command must be ${expected}, got ${kindOf(command)}.`);
  }
  if (output !== 'text' && output !== 'json') {
    const got = typeof output === 'string' ? 'another string' : kindOf(output);
    throw new TypeError(`${owner}: output must be "text" or "json", got ${got}.`);
  }
  for (const option of ['keepNewline', 'scoped', 'leadingDash'] as const) {
    const value: unknown = options[option];
    if (value === undefined || typeof value === 'boolean') continue;
    throw new TypeError(`${owner}: ${option} must be true or false, got ${kindOf(value)}.`);
  }
  if (output === 'json' && options.keepNewline) {
    throw new TypeError(`${owner}: keepNewline must not be combined with output "json". Omit one of them.`);
  }
  checkFunction(owner, 'now', now);
  checkEnv(owner, env);
  checkExitCodes(owner, exitCodes);
  checkNumber(owner, 'timeoutMs', timeoutMs, { min: 1, max: maxDelayMs });
  checkNumber(owner, 'maxProcesses', maxProcesses, { min: 1, max: 1_000, whole: true });
  return options;
}
