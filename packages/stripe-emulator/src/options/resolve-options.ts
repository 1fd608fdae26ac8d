import type { EmulatedKey } from '../access/emulated-key.js';
import type { RateLimit } from '../api/rate-limiter.js';
import { type ResolvedDashboard, resolveDashboard } from '../dashboard/dashboard-options.js';
import { isLoopback } from '../server/is-loopback.js';
import type { RequestLogEntry } from '../server/request-log.js';
import type { ResolvedAssumptions } from './assumptions.js';
import type { EmulatorOptions } from './emulator-options.js';
import {
  checkOptions,
  isArrayOf,
  isInteger,
  isMilliseconds,
  isObject,
  isOneOf,
  isText,
  numberOrKind,
  type OptionChecks,
  otherText,
  required,
  unchecked,
} from './option-checks.js';
import { resolveAssumptions } from './resolve-assumptions.js';

/** {@link EmulatorOptions} after the checks, with every default. */
export interface ResolvedOptions {
  readonly port: number;
  readonly host: string;
  readonly allowRemote: boolean;
  readonly now: () => number;
  readonly ownAccount: string;
  readonly accounts: ReadonlySet<string> | undefined;
  readonly keys: ReadonlyMap<string, EmulatedKey> | undefined;
  readonly secretWrite: boolean;
  readonly rateLimit: RateLimit | undefined;
  readonly latencyMs: number;
  readonly allowLiveKeys: boolean;
  readonly onRequest: ((entry: RequestLogEntry) => void) | undefined;
  readonly dashboard: ResolvedDashboard | undefined;
  readonly assume: ResolvedAssumptions;
}

const owner = 'startEmulator';

const optionChecks: OptionChecks<EmulatorOptions> = {
  port: isInteger(0, 65_535),
  host: isText,
  allowRemote: unchecked,
  now: unchecked,
  ownAccount: isText,
  accounts: isArrayOf(isText),
  keys: isArrayOf(isObject),
  secretWrite: unchecked,
  rateLimit: {
    accepts: (value) => typeof value === 'boolean' || isObject.accepts(value),
    expected: 'true, false or an object',
    describe: numberOrKind,
  },
  latencyMs: isMilliseconds,
  allowLiveKeys: unchecked,
  onRequest: unchecked,
  dashboard: isObject,
  assume: isObject,
};

const rateChecks: OptionChecks<RateLimit> = {
  perEndpoint: isInteger(1, 1_000_000),
  total: isInteger(1, 1_000_000),
};

const keyChecks: OptionChecks<EmulatedKey> = {
  key: required({
    accepts: (value) => typeof value === 'string' && keyPattern.test(value),
    expected: 'a key such as sk_test_example or rk_test_example',
    describe: otherText,
  }),
  account: isText,
  mode: isOneOf('test', 'live', 'sandbox'),
  secretWrite: unchecked,
};
const keyPattern = /^[sr]k_(?:test|live)_\w+$/;

/**
 * Checks the options and fills in the defaults.
 *
 * @throws `TypeError` when an option is unknown or wrong.
 */
export function resolveOptions(options: EmulatorOptions): ResolvedOptions {
  checkOptions(owner, options, optionChecks);
  const { allowLiveKeys = false, allowRemote = false, rateLimit = false, accounts, keys } = options;
  const host = (options.host ?? '127.0.0.1').replace(/^\[(.*)\]$/, '$1');
  if (!allowRemote && !isLoopback(host)) {
    throw new TypeError(
      `${owner}: host must be a loopback address such as 127.0.0.1, got another host. Set allowRemote: true to allow requests from other machines.`,
    );
  }
  if (typeof rateLimit === 'object') checkOptions(owner, rateLimit, rateChecks, 'rateLimit');
  const ownAccount = options.ownAccount ?? 'acct_emulator';
  return {
    port: options.port ?? 0,
    host,
    allowRemote,
    now: options.now ?? Date.now,
    ownAccount,
    accounts: accounts && new Set(accounts),
    keys: keys && resolveKeys(keys, allowLiveKeys),
    secretWrite: options.secretWrite ?? true,
    rateLimit: typeof rateLimit === 'object' ? rateLimit : rateLimit ? {} : undefined,
    latencyMs: options.latencyMs ?? 0,
    allowLiveKeys,
    onRequest: options.onRequest,
    dashboard: options.dashboard && resolveDashboard(options.dashboard, { ownAccount, allowRemote }),
    assume: resolveAssumptions(owner, options.assume ?? {}),
  };
}

function resolveKeys(keys: readonly EmulatedKey[], allowLiveKeys: boolean): ReadonlyMap<string, EmulatedKey> {
  for (const [index, entry] of keys.entries()) {
    const path = `keys[${index}]`;
    checkOptions(owner, entry, keyChecks, path);
    const isLive = entry.key.includes('_live_');
    if (entry.mode !== undefined && isLive !== (entry.mode === 'live')) {
      throw new TypeError(
        `${owner}: ${path}.mode must match the prefix of the key, got "${entry.mode}". Use "live" for sk_live_ and rk_live_, "test" or "sandbox" for sk_test_ and rk_test_.`,
      );
    }
    if (isLive && !allowLiveKeys) {
      throw new TypeError(
        `${owner}: ${path}.key must be a test key, got a live key. Use a key that starts with sk_test_. To use an invented live key, set allowLiveKeys: true.`,
      );
    }
  }
  return new Map(keys.map((entry) => [entry.key, { ...entry }]));
}
