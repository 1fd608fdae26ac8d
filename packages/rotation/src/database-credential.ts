/** A credential as stores of databases have it; AWS's rotation functions write `username` and `dbname`. */
export interface DatabaseCredential {
  readonly username?: string | undefined;
  readonly user?: string | undefined;
  readonly password: string;
  readonly host?: string | undefined;
  readonly port?: number | string | undefined;
  readonly dbname?: string | undefined;
  readonly database?: string | undefined;
}

/** Returns the fields of a credential with the names that PostgreSQL's and MySQL's clients use, without absent ones. */
export function connectionFields(value: DatabaseCredential): Readonly<Record<string, unknown>> {
  const { username, user = username, password, host, port, dbname, database = dbname } = value;
  const fields = { user, password, host, port: port === undefined ? undefined : Number(port), database };
  return Object.fromEntries(Object.entries(fields).filter(([, field]) => field !== undefined));
}
