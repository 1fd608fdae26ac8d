/** The numbers of an account that is locked, in MySQL and in MariaDB. mysql2 has a wrong name for the second. */
const locked: ReadonlySet<unknown> = new Set([3118, 4151]);

/** Whether a server of MySQL or MariaDB refused a login because the account is locked, as it may be after a rotation. */
export function isLockedAccount(failure: unknown): boolean {
  const { errno, sqlState } = Object(failure) as { readonly errno?: unknown; readonly sqlState?: unknown };
  return locked.has(errno) && sqlState === 'HY000';
}
