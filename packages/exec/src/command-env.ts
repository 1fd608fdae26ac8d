import { isPlainObject, kindOf, own } from '@secretkit/core/provider';

/** Environment variables of a command: `true` passes one on, a string sets it, `false` removes it. */
export type CommandEnv = Readonly<Record<string, string | boolean>>;

/** What a program needs to run and to find its configuration. None of them holds a secret. */
const defaults = {
  posix: [
    'HOME LANG LC_ALL LC_CTYPE LOGNAME PATH TMPDIR TZ USER XDG_CACHE_HOME XDG_CONFIG_DIRS',
    'XDG_CONFIG_HOME XDG_DATA_DIRS XDG_DATA_HOME XDG_RUNTIME_DIR XDG_STATE_HOME',
  ],
  win32: [
    'APPDATA COMSPEC HOMEDRIVE HOMEPATH LANG LOCALAPPDATA PATH PATHEXT PROGRAMDATA PROGRAMFILES',
    'SYSTEMDRIVE SYSTEMROOT TEMP TMP USERNAME USERPROFILE WINDIR',
  ],
};
const ofPlatform = defaults[process.platform === 'win32' ? 'win32' : 'posix'].join(' ').split(' ');
const allDefaults: CommandEnv = Object.fromEntries(ofPlatform.map((name) => [name, true]));

/** Returns the environment of a command. Each call reads the variables of this process again. */
export function environmentOf(changes: CommandEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries({ ...allDefaults, ...changes }).flatMap(([name, change]) => {
      const value = change === true ? own(process.env, name) : change;
      return typeof value === 'string' ? [[name, value]] : [];
    }),
  );
}

/** @throws `TypeError` for anything but variables that a process can have. */
export function checkEnv(owner: string, env: CommandEnv | undefined): void {
  if (env === undefined) return;
  if (!isPlainObject(env)) {
    throw new TypeError(
      `${owner}: env must be an object of variables, such as { BW_SESSION: true }, got ${kindOf(env)}.`,
    );
  }
  for (const [name, value] of Object.entries(env) as [string, unknown][]) {
    if (!/^[A-Za-z_][\w()]*$/.test(name)) {
      throw new TypeError(
        `${owner}: env must have names of letters, digits and underscores, got another name.`,
      );
    }
    const isValid = typeof value === 'boolean' || (typeof value === 'string' && !value.includes('\0'));
    if (isValid) continue;
    const got = typeof value === 'string' ? 'a string with a NUL' : kindOf(value);
    throw new TypeError(`${owner}: env.${name} must be true, false or a string, got ${got}.`);
  }
}
