import type { EmulatedKey } from '../access/authenticate.js';
import type { RateLimit } from '../api/rate-limiter.js';
import { isLoopback } from '../server/is-loopback.js';
import type { RequestLogEntry } from '../server/request-log.js';
import type { ResolvedAssumptions } from './assumptions.js';
import type { EmulatorOptions } from './emulator-options.js';
import {
  checkOptions,
  isFlag,
  isFunction,
  isInteger,
  isListOf,
  isMilliseconds,
  isObject,
  isOneOf,
  isText,
  type OptionChecks,
  required,
} from './option-checks.js';
import { resolveAssumptions } from './resolve-assumptions.js';

/** {@link EmulatorOptions}, checked and with every default filled in. */
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
  readonly assume: ResolvedAssumptions;
}

const where = 'startEmulator';

const optionChecks: OptionChecks<EmulatorOptions> = {
  port: isInteger(0, 65_535),
  host: isText,
  allowRemote: isFlag,
  now: isFunction,
  ownAccount: isText,
  accounts: isListOf(isText),
  keys: isListOf(isObject),
  secretWrite: isFlag,
  rateLimit: {
    ok: (value) => isFlag.ok(value) || isObject.ok(value),
    must: 'true, false or an object',
  },
  latencyMs: isMilliseconds,
  allowLiveKeys: isFlag,
  onRequest: isFunction,
  assume: isObject,
};

const rateChecks: OptionChecks<RateLimit> = {
  perEndpoint: isInteger(1, 1_000_000),
  total: isInteger(1, 1_000_000),
};

const keyChecks: OptionChecks<EmulatedKey> = {
  key: required({
    ok: (value) => typeof value === 'string' && keyPattern.test(value),
    must: 'in the form sk_test_… or rk_test_…',
  }),
  account: isText,
  mode: isOneOf('test', 'live', 'sandbox'),
  secretWrite: isFlag,
};
const keyPattern = /^[sr]k_(?:test|live)_\w+$/;

/**
 * Checks the options and fills in the defaults.
 *
 * @throws TypeError naming the option that is unknown or wrong
 */
export function resolveOptions(options: EmulatorOptions): ResolvedOptions {
  checkOptions(where, options, optionChecks);
  const { allowLiveKeys = false, allowRemote = false, rateLimit = false, accounts, keys } = options;
  const host = (options.host ?? '127.0.0.1').replace(/^\[(.*)\]$/, '$1');
  if (!allowRemote && !isLoopback(host)) {
    throw new TypeError(
      `${where}: host must be a loopback address such as 127.0.0.1; set allowRemote: true to let other machines reach the emulator`,
    );
  }
  if (typeof rateLimit === 'object') checkOptions(`${where}: rateLimit`, rateLimit, rateChecks);
  return {
    port: options.port ?? 0,
    host,
    allowRemote,
    now: options.now ?? Date.now,
    ownAccount: options.ownAccount ?? 'acct_emulator',
    accounts: accounts && new Set(accounts),
    keys: keys && resolveKeys(keys, allowLiveKeys),
    secretWrite: options.secretWrite ?? true,
    rateLimit: typeof rateLimit === 'object' ? rateLimit : rateLimit ? {} : undefined,
    latencyMs: options.latencyMs ?? 0,
    allowLiveKeys,
    onRequest: options.onRequest,
    assume: resolveAssumptions(`${where}: assume`, options.assume ?? {}),
  };
}

function resolveKeys(keys: readonly EmulatedKey[], allowLiveKeys: boolean): ReadonlyMap<string, EmulatedKey> {
  for (const [index, entry] of keys.entries()) {
    const which = `${where}: keys[${index}]`;
    checkOptions(which, entry, keyChecks);
    const isLive = entry.key.includes('_live_');
    if (entry.mode !== undefined && isLive !== (entry.mode === 'live')) {
      throw new TypeError(`${which}: its mode does not fit the prefix of its key`);
    }
    if (isLive && !allowLiveKeys) {
      throw new TypeError(
        `${which} is a live key; use one that starts with sk_test_, or set allowLiveKeys: true for a made-up one`,
      );
    }
  }
  return new Map(keys.map((entry) => [entry.key, { ...entry }]));
}
