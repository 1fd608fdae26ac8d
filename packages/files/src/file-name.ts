import { invalid } from '@secretkit/core/provider';

// Windows takes `\` and `:` for parts of a path, and drops dots and spaces at the end of a name.
const unsafe = { posix: /\//, win32: /[\\/:*?"<>|]|[. ]$/ }[process.platform === 'win32' ? 'win32' : 'posix'];

/**
 * Whether a secret may have this name: that of a file directly in the folder. Kubernetes reserves names that begin with two
 * dots for its own links.
 */
export function isFileName(name: string): boolean {
  return name !== '.' && !name.startsWith('..') && !unsafe.test(name);
}

/** @throws `invalid_argument` for a name that could leave the folder. */
export function checkFileName(name: string): void {
  if (isFileName(name)) return;
  throw invalid(
    'name must be the name of a file in the folder, without a "/", and must not begin with "..". ' +
      'Open another folder with a provider of its own.',
  );
}
