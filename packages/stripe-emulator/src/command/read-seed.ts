import {
  checkOptions,
  isAnything,
  isInteger,
  isObject,
  isOneOf,
  isText,
  type OptionChecks,
  required,
} from '../options/option-checks.js';
import type { SecretToPut } from '../store/emulator-secrets.js';
import type { SecretScope } from '../store/secret-space.js';

/** One secret in a seed file: the fields of Stripe's API, with the account and mode it is for. */
interface SeedEntry {
  readonly name: string;
  readonly payload: string;
  readonly account?: string;
  readonly mode?: 'test' | 'live' | 'sandbox';
  readonly scope?: { readonly type: 'account' | 'user'; readonly user?: string };
  /** Unix seconds. */
  readonly expires_at?: number;
}

const entryChecks: OptionChecks<SeedEntry> = {
  name: required(isText),
  payload: required(isText),
  account: isText,
  mode: isOneOf('test', 'live', 'sandbox'),
  scope: isObject,
  expires_at: isInteger(0, 10_000_000_000),
};
const scopeChecks: OptionChecks<NonNullable<SeedEntry['scope']>> = {
  type: required(isOneOf('account', 'user')),
  user: isText,
};

/**
 * Reads the text of a seed file: `{"secrets": [{"name": "…", "payload": "…"}]}`. No message quotes the text.
 *
 * @throws TypeError saying which entry is wrong
 */
export function readSeed(text: string): readonly SecretToPut[] {
  const file = parse(text);
  if (!isSeedFile(file)) throw new TypeError('it must be a JSON object with a list "secrets"');
  checkOptions('its top level', file, { secrets: isAnything });
  const { secrets } = file;
  return secrets.map((entry, index) => readEntry(entry, `secrets[${index}]`));
}

function isSeedFile(file: unknown): file is { readonly secrets: readonly unknown[] } {
  return typeof file === 'object' && file !== null && 'secrets' in file && Array.isArray(file.secrets);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new TypeError('it is not valid JSON'); // the parser's own message quotes the text
  }
}

function readEntry(value: unknown, where: string): SecretToPut {
  const entry = value as SeedEntry; // checked in the next lines
  checkOptions(where, entry, entryChecks);
  const { name, payload, account, mode, expires_at } = entry;
  const expiresAt = expires_at === undefined ? undefined : new Date(expires_at * 1000);
  return { name, payload, account, mode, expiresAt, scope: readScope(entry.scope, where) };
}

function readScope(scope: SeedEntry['scope'], where: string): SecretScope | undefined {
  if (scope === undefined) return undefined;
  checkOptions(`${where}.scope`, scope, scopeChecks);
  const { type, user } = scope;
  if (type === 'account' && user === undefined) return { type };
  if (type === 'user' && user !== undefined) return { type, user };
  throw new TypeError(`${where}.scope needs a user if its type is user, and none if it is account`);
}
