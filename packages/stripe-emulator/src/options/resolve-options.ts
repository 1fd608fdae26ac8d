import type { EmulatedKey } from '../access/authenticate.js';
import type { RateLimit } from '../api/rate-limiter.js';
import { isLoopback } from '../server/is-loopback.js';
import type { RequestLogEntry } from '../server/request-log.js';
import {
  type Assumptions,
  defaultAssumptions,
  type QuotaErrorAssumption,
  type ResolvedAssumptions,
} from './assumptions.js';
import type { EmulatorOptions } from './emulator-options.js';
import {
  checkOptions,
  isFlag,
  isFunction,
  isInteger,
  isObject,
  isOneOf,
  isText,
  isTextOrNull,
  type OptionChecks,
} from './option-checks.js';

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
  accounts: { ok: (value) => Array.isArray(value) && value.every(isText.ok), must: 'a list of account ids' },
  keys: { ok: Array.isArray, must: 'a list of keys' },
  secretWrite: isFlag,
  rateLimit: {
    ok: (value) => isFlag.ok(value) || isObject.ok(value),
    must: 'true, false or an object',
  },
  latencyMs: isInteger(0, 2 ** 31 - 1),
  allowLiveKeys: isFlag,
  onRequest: isFunction,
  assume: isObject,
};

const rateChecks: OptionChecks<RateLimit> = {
  perEndpoint: isInteger(1, 1_000_000),
  total: isInteger(1, 1_000_000),
};

const keyChecks: OptionChecks<EmulatedKey> = {
  key: {
    ok: (value) => typeof value === 'string' && keyForm.test(value),
    must: 'in the form sk_test_… or rk_test_…',
  },
  account: isText,
  mode: isOneOf('test', 'live', 'sandbox'),
  secretWrite: isFlag,
};
const keyForm = /^[sr]k_(?:test|live)_\w+$/;

const quotaChecks: OptionChecks<QuotaErrorAssumption> = {
  status: isInteger(400, 599),
  code: isTextOrNull,
  message: isText,
};

const assumptionChecks: OptionChecks<Assumptions> = {
  deleteBody: isOneOf('docs', 'full'),
  replaceKeepsId: isFlag,
  replaceKeepsCreated: isFlag,
  replaceClearsExpiry: isFlag,
  quotaError: isObject,
  lengthUnit: isOneOf('codePoints', 'utf16', 'bytes'),
  lengthErrorEchoesValue: isFlag,
  caseSensitiveNames: isFlag,
  notFoundParam: isTextOrNull,
  accountErrorStatus: isOneOf(400, 401, 403),
  restrictedKeyPermission: isText,
  listOrder: isOneOf('newestFirst', 'oldestFirst'),
  listExpandsPayload: isFlag,
  rateLimitShouldRetry: isOneOf(true, false, null),
};

/**
 * Checks the options and fills in the defaults.
 *
 * @throws TypeError naming the option that is unknown or wrong
 */
export function resolveOptions(options: EmulatorOptions): ResolvedOptions {
  checkOptions(where, options, optionChecks);
  const { host = '127.0.0.1', allowRemote = false, rateLimit = false, accounts } = options;
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
    keys: options.keys && resolveKeys(options.keys),
    secretWrite: options.secretWrite ?? true,
    rateLimit: typeof rateLimit === 'object' ? rateLimit : rateLimit ? {} : undefined,
    latencyMs: options.latencyMs ?? 0,
    allowLiveKeys: options.allowLiveKeys ?? false,
    onRequest: options.onRequest,
    assume: resolveAssumptions(options.assume ?? {}),
  };
}

function resolveKeys(keys: readonly EmulatedKey[]): ReadonlyMap<string, EmulatedKey> {
  for (const [index, entry] of keys.entries()) {
    checkOptions(`${where}: keys[${index}]`, entry, keyChecks);
    if (entry.key === undefined) throw new TypeError(`${where}: keys[${index}] needs a key`);
    const isLive = entry.key.includes('_live_');
    if (entry.mode !== undefined && isLive !== (entry.mode === 'live')) {
      throw new TypeError(`${where}: the mode of keys[${index}] does not fit the prefix of its key`);
    }
  }
  return new Map(keys.map((entry) => [entry.key, { ...entry }]));
}

function resolveAssumptions(assume: Assumptions): ResolvedAssumptions {
  checkOptions(`${where}: assume`, assume, assumptionChecks);
  const { quotaError = {} } = assume;
  checkOptions(`${where}: assume.quotaError`, quotaError, quotaChecks);
  return {
    ...defaultAssumptions,
    ...given(assume),
    quotaError: { ...defaultAssumptions.quotaError, ...given(quotaError) },
  };
}

/** The fields that are set: an option that is `undefined` means its default. */
function given<T extends object>(options: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const set = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(set) as { [K in keyof T]?: Exclude<T[K], undefined> }; // undefined was filtered out
}
