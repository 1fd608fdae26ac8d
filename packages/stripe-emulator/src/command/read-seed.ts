import {
  checkOptions,
  isInteger,
  isObject,
  isOneOf,
  isText,
  kindOf,
  type OptionChecks,
  required,
  unchecked,
} from '../options/option-checks.js';
import type { SecretToPut } from '../store/emulator-secrets.js';
import type { SecretScope } from '../store/secret-space.js';

/** One secret in a seed file: the fields of Stripe's API, with its account and mode. */
interface SeedEntry {
  readonly name: string;
  readonly payload: string;
  readonly account?: string;
  readonly mode?: 'test' | 'live' | 'sandbox';
  readonly scope?: { readonly type: 'account' | 'user'; readonly user?: string };
  /** In Unix seconds. */
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
 * Returns the secrets of a seed file: `{"secrets": [{"name": "…", "payload": "…"}]}`. An error never quotes the content.
 *
 * @param owner - The file, for errors: `seed file ./seed.json`.
 * @throws `TypeError` when the content is not JSON, and when a field is unknown, missing or wrong.
 */
export function readSeed(text: string, owner: string): readonly SecretToPut[] {
  const file = parse(text, owner);
  if (!isSeedFile(file)) {
    throw new TypeError(`${owner}: content must be an object with an array "secrets", got ${kindOf(file)}.`);
  }
  checkOptions(owner, file, { secrets: unchecked });
  return file.secrets.map((entry, index) => readEntry(entry, owner, `secrets[${index}]`));
}

function isSeedFile(file: unknown): file is { readonly secrets: readonly unknown[] } {
  return typeof file === 'object' && file !== null && 'secrets' in file && Array.isArray(file.secrets);
}

function parse(text: string, owner: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new TypeError(`${owner}: content must be JSON, got other text.`); // the parser's error quotes the text
  }
}

function readEntry(value: unknown, owner: string, path: string): SecretToPut {
  const entry = value as SeedEntry; // the next line checks it
  checkOptions(owner, entry, entryChecks, path);
  const { name, payload, account, mode, expires_at } = entry;
  const expiresAt = expires_at === undefined ? undefined : new Date(expires_at * 1000);
  const scope = readScope(entry.scope, owner, `${path}.scope`);
  return { name, payload, account, mode, expiresAt, scope };
}

function readScope(scope: SeedEntry['scope'], owner: string, path: string): SecretScope | undefined {
  if (scope === undefined) return undefined;
  checkOptions(owner, scope, scopeChecks, path);
  const { type, user } = scope;
  if (type === 'account' && user === undefined) return { type };
  if (type === 'user' && user !== undefined) return { type, user };
  const expected = type === 'user' ? 'a user id' : 'missing';
  throw new TypeError(
    `${owner}: ${path}.user must be ${expected} when type is "${type}", got ${kindOf(user)}.`,
  );
}
