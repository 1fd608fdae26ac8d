import { checkOptions, isText, type OptionChecks, otherText, required } from '../options/option-checks.js';
import { isLoopback } from '../server/is-loopback.js';

/** The Dashboard that a page stands in for, with the session of one user. */
export interface DashboardOptions {
  /** Origin of that page, on this machine, such as `http://127.0.0.1:5173`. No other origin gets a response. */
  readonly origin: string;
  /** Id of the signed-in user. A request for the scope of another user gets a 403. */
  readonly user: string;
  /** Account that is open in the Dashboard. @defaultValue the `ownAccount` option */
  readonly account?: string | undefined;
}

/** {@link DashboardOptions} with every default. */
export type ResolvedDashboard = Required<DashboardOptions> & { readonly account: string };

const owner = 'startEmulator';

const checks: OptionChecks<DashboardOptions> = {
  origin: required({
    accepts: isLocalOrigin,
    expected: 'the origin of a page on this machine, such as http://127.0.0.1:5173',
    describe: otherText,
  }),
  user: required(isText),
  account: isText,
};

/**
 * Checks the options and fills in the default.
 *
 * @throws `TypeError` when an option is unknown, missing or wrong, and together with `allowRemote`.
 */
export function resolveDashboard(
  dashboard: DashboardOptions,
  { ownAccount, allowRemote }: { readonly ownAccount: string; readonly allowRemote: boolean },
): ResolvedDashboard {
  checkOptions(owner, dashboard, checks, 'dashboard');
  if (allowRemote) {
    throw new TypeError(
      `${owner}: dashboard must not be combined with allowRemote, got both. The endpoint of the Dashboard is for this machine only: start a second emulator.`,
    );
  }
  const { origin, user, account = ownAccount } = dashboard;
  return { origin, user, account };
}

/** Browsers send an origin in lower case, without a default port. Any other text would never be equal to one. */
function isLocalOrigin(value: unknown): boolean {
  if (typeof value !== 'string' || !URL.canParse(value)) return false;
  const { origin, protocol, hostname } = new URL(value);
  return origin === value && /^https?:$/.test(protocol) && isLoopback(hostname);
}
