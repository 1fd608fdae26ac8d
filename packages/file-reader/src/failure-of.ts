import type { FileFailure } from './file-result.js';

const failures: Readonly<Record<string, FileFailure>> = {
  ENOENT: 'absent',
  ENOTDIR: 'absent',
  ENAMETOOLONG: 'absent',
  ELOOP: 'absent',
  EACCES: 'denied',
  EPERM: 'denied',
  ERR_ACCESS_DENIED: 'denied', // Node with --permission
  EISDIR: 'directory',
  ENXIO: 'socket', // Linux refuses to open one
  EOPNOTSUPP: 'socket', // so does macOS
  // Deno has names in place of codes.
  NotFound: 'absent',
  NotCapable: 'denied',
  PermissionDenied: 'denied',
};

/** Returns the reason for what a file system, or another part of the platform, threw. Its message is not read: it may quote the path. */
export function failureOf(error: unknown): FileFailure {
  const { code, name } = fieldsOf(error);
  return find(code) ?? find(name) ?? 'unreadable';
}

/** Whether a pipe has nothing to read yet. */
export function isPending(error: unknown): boolean {
  const { code, name } = fieldsOf(error);
  return code === 'EAGAIN' || name === 'WouldBlock';
}

function find(key: unknown): FileFailure | undefined {
  return typeof key === 'string' && Object.hasOwn(failures, key) ? failures[key] : undefined;
}

function fieldsOf(error: unknown): { readonly code?: unknown; readonly name?: unknown } {
  return Object(error) as { readonly code?: unknown; readonly name?: unknown }; // of any other value, nothing
}
