import { boundedRandom } from '@secretkit/core/middleware';
import {
  checkFunction,
  checkNumber,
  checkOptions,
  maxDelayMs,
  type Secret,
  type SecretRef,
} from '@secretkit/core/provider';
import { checkMethods, checkPrincipal } from '../shared/check-record-options.js';
import type { SharedCacheClient } from './client.js';

/** What a record is bound to. */
export interface SharedRecordContext {
  readonly use: string;
  readonly ref: SecretRef;
  readonly principal?: string;
}

/** What a record holds. `undefined` records that there is no such secret. */
export interface SharedRecordContent {
  readonly secret: Secret | undefined;
  readonly fetchedAt: Date;
}

/** Seals and opens the records: `sealedCodec()` of `@secretkit/sealed`. */
export interface SharedCacheCodec {
  seal(context: SharedRecordContext, content: SharedRecordContent): Promise<string>;
  open(
    context: SharedRecordContext,
    record: string,
  ): Promise<(SharedRecordContent & { readonly opened: true }) | { readonly opened: false }>;
  names(context: SharedRecordContext): Promise<readonly string[]>;
}

export interface SharedCacheOptions {
  /** `fromNodeRedis(client)`, `fromIoredis(client)`, or the commands of another client. It is yours to connect and to close. */
  readonly client: SharedCacheClient;
  /** `sealedCodec()` of `@secretkit/sealed`. Its keys must not come from the store that the cache is for. */
  readonly codec: SharedCacheCodec;
  /**
   * Names those who may read what this process may: a role's ARN, or a hash of a token. Processes with other rights must have
   * another one: they share no value.
   */
  readonly principal: string;
  /** How long a value is shared at most, in milliseconds, counted from when the backend gave it. @defaultValue 300000 */
  readonly ttlMs?: number;
  /**
   * How long after that a value is served, marked as stale, when the read failed with a code that allows it, in milliseconds;
   * never at or past its expiry. @defaultValue 3600000
   */
  readonly staleIfErrorMs?: number;
  /** How long a missing secret is shared as missing, in milliseconds. 0 shares none. @defaultValue 1000 */
  readonly negativeTtlMs?: number;
  /** How long this process reads around the shared cache after `unauthenticated`, in milliseconds. @defaultValue 1000 */
  readonly denialTtlMs?: number;
  /** How long the first read waits for the client to be ready, at most half of what is left of its deadline. @defaultValue 10000 */
  readonly connectMs?: number;
  /** How long a read waits for one command, in milliseconds. Later, Redis counts as down. @defaultValue 50 */
  readonly commandTimeoutMs?: number;
  /** How long a read waits for the process that reads the secret, in milliseconds. @defaultValue 30000 */
  readonly waitMs?: number;
  /** How far the clock of another machine may be ahead, in milliseconds. A record from further ahead is a miss. @defaultValue 5000 */
  readonly skewMs?: number;
  /**
   * Returns the time, in epoch milliseconds, for ages and for waits.
   * @defaultValue `Date.now` for ages, `performance.now` for waits
   */
  readonly now?: () => number;
  /** Returns a number in [0, 1). @defaultValue Math.random */
  readonly random?: () => number;
}

/** The options with their defaults filled in. */
export type SharedCacheSettings = Omit<Required<SharedCacheOptions>, 'now'> & {
  readonly now: SharedCacheOptions['now'] | undefined;
};

const owner = 'sharedCache';

/** @throws `RangeError` or `TypeError` that names the option and the expected value. */
export function checkedOptions(options: SharedCacheOptions): SharedCacheSettings {
  const known = ['client', 'codec', 'principal', ...Object.keys(defaults), 'now', 'random'];
  const own = checkOptions(owner, options, known);
  const { client, codec, principal, now, random = () => Math.random() } = own;
  checkMethods(owner, 'client', client, ['get', 'eval'], 'fromNodeRedis(client) or fromIoredis(client)');
  checkMethods(owner, 'codec', codec, ['seal', 'open', 'names'], 'sealedCodec() of @secretkit/sealed');
  checkPrincipal(owner, principal);
  checkFunction(owner, 'now', now);
  checkFunction(owner, 'random', random);
  const numbers = { ...defaults };
  for (const option of Object.keys(defaults) as (keyof typeof defaults)[]) {
    // Object.keys() returns string[]
    numbers[option] = own[option] ?? defaults[option];
    checkNumber(owner, option, numbers[option], { min: minimums[option] ?? 0, max: maxDelayMs });
  }
  return { client, codec, principal, ...numbers, random: boundedRandom(random), now };
}

/** Returns the options that `layersOf` shows: the numbers. */
export function shownOptions(settings: SharedCacheSettings): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => typeof value === 'number'));
}

const defaults = {
  ttlMs: 300_000,
  staleIfErrorMs: 3_600_000,
  negativeTtlMs: 1_000,
  denialTtlMs: 1_000,
  connectMs: 10_000,
  commandTimeoutMs: 50,
  waitMs: 30_000,
  skewMs: 5_000,
};

const minimums: Partial<Record<keyof typeof defaults, number>> = { ttlMs: 1, commandTimeoutMs: 1 };
