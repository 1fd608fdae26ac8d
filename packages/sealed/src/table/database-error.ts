import { ownFields, SecretError, type SecretErrorCode } from '@secretkit/core/provider';

/** What a failure of a database means: a code, and what happened with what to do. */
export type Meaning = readonly [code: SecretErrorCode, problem: string];

const network = 'the database cannot be reached. Check its address and the network.';

const ofTheNetwork: ReadonlyMap<unknown, Meaning> = new Map<unknown, Meaning>(
  [
    'ECONNREFUSED',
    'ECONNRESET',
    'EPIPE',
    'ENOTFOUND',
    'EAI_AGAIN',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'ETIMEDOUT',
  ].map((code) => [code, ['unavailable', network]]),
);

/** The meanings that the databases have in common. */
export const meanings: Readonly<
  Record<'down' | 'busy' | 'refused' | 'denied' | 'readOnly' | 'full' | 'slow' | 'noTable' | 'cut', Meaning>
> = {
  down: ['unavailable', 'the database is down, or closed the connection. Try again later.'],
  busy: ['unavailable', 'the database has too many connections or locks. Try again later.'],
  refused: ['unauthenticated', "the database refused the login. Check the client's user and password."],
  denied: [
    'permission_denied',
    'the user may not do this. Grant select, insert, update and delete on both tables.',
  ],
  readOnly: ['unavailable', 'the database is read-only. Connect to its primary.'],
  full: ['quota_exceeded', 'the database has no space left. Free some.'],
  slow: ['timeout', 'the database cancelled the statement. Check its timeout and its locks.'],
  noTable: [
    'invalid_argument',
    'a table or a column does not exist. Apply the migration of @secretkit/sealed, or correct the option table.',
  ],
  cut: ['invalid_argument', 'a column is too small. Apply the migration of @secretkit/sealed.'],
};

/** Returns the error of a database. Of the vendor's error only its code is kept: a message may quote the statement. */
export function databaseError(
  error: unknown,
  meaningOf: (code: unknown, error: Readonly<Record<string, unknown>>) => Meaning | undefined,
): SecretError {
  const failed = Object(error) as Readonly<Record<string, unknown>>;
  const vendorCode = failed['code'];
  const [code, problem] = meaningOf(vendorCode, failed) ??
    ofTheNetwork.get(vendorCode) ?? [
      'unknown',
      'the database failed. Its message is withheld, since it may quote a value.',
    ];
  const isCode = typeof vendorCode === 'string' && /^\w{1,40}$/.test(vendorCode);
  return new SecretError(code, problem, { details: ownFields(isCode ? { vendorCode } : {}) });
}
