import { type SecretError } from '@secretkit/core/provider';
import { databaseError, type Meaning, meanings } from '../table/database-error.js';

/** By the name of the result code, without its extension. https://www.sqlite.org/rescode.html */
const byName: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ['BUSY', meanings.busy],
  ['LOCKED', meanings.busy],
  ['READONLY', meanings.readOnly],
  ['FULL', meanings.full],
  ['IOERR', meanings.down],
  ['CANTOPEN', meanings.down],
  ['PERM', meanings.denied],
  ['AUTH', meanings.denied],
  ['CONSTRAINT', meanings.cut],
  ['TOOBIG', meanings.cut],
]);
const names = new Map([
  [3, 'PERM'],
  [5, 'BUSY'],
  [6, 'LOCKED'],
  [8, 'READONLY'],
  [10, 'IOERR'],
  [13, 'FULL'],
  [14, 'CANTOPEN'],
  [18, 'TOOBIG'],
  [19, 'CONSTRAINT'],
  [23, 'AUTH'],
]);

/** Returns the error of SQLite, by the codes of better-sqlite3, of `node:sqlite` and of D1. */
export function sqliteError(error: unknown): SecretError {
  return databaseError(error, (code, { errcode, message }) => {
    const text = String(message);
    if (/no such (table|column)|has no column named/.test(text)) return meanings.noTable;
    const named =
      /\bSQLITE_([A-Z]+)/.exec(typeof code === 'string' ? code : '') ?? /\bSQLITE_([A-Z]+)/.exec(text);
    const name = typeof errcode === 'number' ? names.get(errcode & 0xff) : named?.[1];
    if (name !== undefined) return byName.get(name);
    return /^D1_ERROR: (?:Network connection lost|internal error|D1 DB is overloaded)/.test(text)
      ? meanings.down
      : undefined;
  });
}
