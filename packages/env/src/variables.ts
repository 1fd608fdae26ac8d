import { kindOf, SecretError } from '@secretkit/core/provider';
import { failureOf } from '@secretkit/file-reader';

/** Variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A variable with this suffix names a file that holds the value. */
export const fileSuffix = '_FILE';

/**
 * Returns the variable, or `undefined` if it is not set or empty.
 *
 * @throws `invalid_data` for anything but a string; `permission_denied` if the runtime refuses to read it.
 */
export function readVariable(env: Environment, variable: string): string | undefined {
  const value: unknown = orRefusal(
    () => (Object.hasOwn(env, variable) ? env[variable] : undefined),
    variable,
    `In Deno, allow it with --allow-env=${variable}.`,
  );
  if (value === undefined || value === '') return undefined;
  if (typeof value === 'string') return value;
  throw new SecretError(
    'invalid_data',
    `${variable} must be a string, got ${kindOf(value)}. Pass its text in env.`,
  );
}

/** Whether the variable is not empty. One that cannot be read is, so that a list has it, and a read reports the reason. */
export function isSet(env: Environment, variable: string): boolean {
  try {
    return readVariable(env, variable) !== undefined;
  } catch {
    return true;
  }
}

/** Returns the names of all variables. @throws `permission_denied` if the runtime refuses to list them. */
export function variableNames(env: Environment): readonly string[] {
  const remedy = 'In Deno, allow it with --allow-env, without names.';
  return orRefusal(() => Object.keys(env), 'the list of variables', remedy);
}

/** Returns `process.env`, or an empty object on a platform that has none. */
export function processEnv(): Environment {
  const { process } = globalThis as { process?: { env: Environment } };
  return process?.env ?? {};
}

// A getter, a proxy or the runtime may throw. The error is dropped: it may quote a value.
function orRefusal<T>(read: () => T, what: string, remedy: string): T {
  try {
    return read();
  } catch (error) {
    if (failureOf(error) === 'denied') {
      throw new SecretError('permission_denied', `this process may not read ${what}. ${remedy}`);
    }
    throw new SecretError('invalid_data', `${what} could not be read: env threw. Pass plain values in env.`);
  }
}
