import { SecretError } from '@secretkit/core/provider';

/** The answer of a token endpoint, as OAuth 2.0 defines it. Fields that are not listed are dropped. */
export interface TokenResponse {
  readonly access_token: string;
  readonly refresh_token?: string;
  /** Seconds. */
  readonly expires_in?: number | string;
  readonly scope?: string;
}

/** The tokens of one connection. */
export interface TokenRecord {
  /** Names this set of tokens; it is random, and not a secret. */
  readonly id: string;
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly scope?: string;
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
}

/** The right of one process to renew a set of tokens. */
export interface Lease {
  readonly id: string;
  /** The id of the set of tokens. */
  readonly of: string;
  readonly untilMs: number;
  /** When the refresh token may have been sent for the first time. */
  readonly sentAtMs: number;
}

/** Returns whether both are the same set of tokens. */
export function isSameRecord(one: TokenRecord, other: TokenRecord): boolean {
  return one.id === other.id && one.refreshToken === other.refreshToken;
}

/** When a token is renewed: ahead of its expiry, but not before half its life. */
export function renewsAtMs({ issuedAtMs, expiresAtMs }: TokenRecord, renewAheadMs: number): number {
  return Math.max(expiresAtMs - renewAheadMs, (issuedAtMs + expiresAtMs) / 2);
}

const maxLifeSeconds = 31_536_000; // a year

/** Returns the tokens of an answer. Without a new refresh token, the one before stays valid. */
export function recordOf(
  response: TokenResponse,
  { issuedAtMs, assumedLifeMs }: { readonly issuedAtMs: number; readonly assumedLifeMs: number },
  before?: TokenRecord,
): TokenRecord | undefined {
  const { access_token: accessToken, refresh_token: refreshToken, expires_in: expiresIn, scope } = response;
  const kept = isText(refreshToken) ? refreshToken : before?.refreshToken;
  if (!isText(accessToken) || kept === undefined) return undefined;
  const seconds = typeof expiresIn === 'string' && /^\d+$/.test(expiresIn) ? Number(expiresIn) : expiresIn;
  const isPlausible = typeof seconds === 'number' && seconds > 0 && seconds <= maxLifeSeconds;
  const scopes = isText(scope) ? scope : before?.scope;
  return {
    id: crypto.randomUUID(),
    accessToken,
    refreshToken: kept,
    ...(scopes !== undefined && { scope: scopes }),
    issuedAtMs,
    expiresAtMs: issuedAtMs + (isPlausible ? seconds * 1_000 : assumedLifeMs),
  };
}

/** Returns the secret of a connection, as JSON. */
export function encodeRecord(record: TokenRecord, lease?: Lease): string {
  return JSON.stringify({
    id: record.id,
    access_token: record.accessToken,
    refresh_token: record.refreshToken,
    ...(record.scope !== undefined && { scope: record.scope }),
    issued_at: new Date(record.issuedAtMs).toISOString(),
    expires_at: new Date(record.expiresAtMs).toISOString(),
    ...(lease && { lease: leaseFields(lease) }),
  });
}

/** Returns the secret of a lease that is kept beside the connection, as JSON. */
export function encodeLease(lease: Lease): string {
  return JSON.stringify(leaseFields(lease));
}

function leaseFields({ id, of, untilMs, sentAtMs }: Lease): object {
  return { id, of, until: new Date(untilMs).toISOString(), sent: new Date(sentAtMs).toISOString() };
}

/** @throws `invalid_data` for a secret of another kind. It is not quoted. */
export function decodeRecord(text: string): { readonly record: TokenRecord; readonly lease?: Lease } {
  const fields = fieldsIn(text);
  const { id, access_token: accessToken, refresh_token: refreshToken, scope } = fields;
  if (!isText(accessToken) || !isText(refreshToken)) {
    const problem =
      'the secret must hold the tokens of a connection, as connect() writes them. Connect again.';
    throw new SecretError('invalid_data', problem);
  }
  const record = {
    id: isText(id) ? id : '',
    accessToken,
    refreshToken,
    ...(isText(scope) && { scope }),
    issuedAtMs: timeIn(fields['issued_at']),
    expiresAtMs: timeIn(fields['expires_at']), // without a date it has expired, and is renewed
  };
  const lease = leaseIn(fields['lease']);
  return { record, ...(lease && { lease }) };
}

/** Returns `undefined` for anything but a lease: then nobody holds one. */
export function decodeLease(text: string): Lease | undefined {
  return leaseIn(fieldsIn(text));
}

function leaseIn(given: unknown): Lease | undefined {
  const { id, of, until, sent } = Object(given) as Readonly<Record<string, unknown>>;
  if (!isText(id) || typeof of !== 'string') return undefined;
  return { id, of, untilMs: timeIn(until), sentAtMs: timeIn(sent) };
}

function fieldsIn(text: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(text)) as Readonly<Record<string, unknown>>;
  } catch {
    return {}; // the parser's error quotes its input
  }
}

function timeIn(given: unknown): number {
  const ms = typeof given === 'string' ? Date.parse(given) : Number.NaN;
  return Number.isNaN(ms) ? 0 : ms;
}

function isText(given: unknown): given is string {
  return typeof given === 'string' && given !== '' && given.isWellFormed();
}
