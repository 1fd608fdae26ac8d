/** Variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A variable with this suffix names a file that holds the value. */
export const fileSuffix = '_FILE';

/** Returns the variable, or `undefined` if it is not set or empty. */
export function readVariable(env: Environment, variable: string): string | undefined {
  return Object.hasOwn(env, variable) ? env[variable] || undefined : undefined;
}

/** Returns `process.env`, or an empty object on a platform that has none. */
export function processEnv(): Environment {
  const { process } = globalThis as { process?: { env: Environment } };
  return process?.env ?? {};
}
