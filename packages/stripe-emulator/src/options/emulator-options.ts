import type { EmulatedKey } from '../access/emulated-key.js';
import type { RateLimit } from '../api/rate-limiter.js';
import type { DashboardOptions } from '../dashboard/dashboard-options.js';
import type { RequestLogEntry } from '../server/request-log.js';
import type { Assumptions } from './assumptions.js';

/** Options of {@link startEmulator}. All are optional. */
export interface EmulatorOptions {
  /** TCP port. 0 selects a free port. @defaultValue 0 */
  readonly port?: number | undefined;
  /** Address to listen on. An address that is not loopback requires `allowRemote`. @defaultValue '127.0.0.1' */
  readonly host?: string | undefined;
  /** Allows a `host` that other machines can reach, and requests with any `Host` header. Then every client that reaches the port can read and change everything. @defaultValue false */
  readonly allowRemote?: boolean | undefined;
  /** Clock for `created`, expiry, rate limits and idempotency keys. Returns epoch milliseconds. @defaultValue Date.now */
  readonly now?: (() => number) | undefined;
  /** Account of every key for which `keys` sets no other account. @defaultValue 'acct_emulator' */
  readonly ownAccount?: string | undefined;
  /** Connected accounts on which the app is installed. Requests for other accounts get a 403. @defaultValue every `acct_…` */
  readonly accounts?: readonly string[] | undefined;
  /**
   * The API keys that exist, with their account, mode and permission. Other keys get a 401.
   * @defaultValue every well-formed key, without the permission for restricted keys
   */
  readonly keys?: readonly EmulatedKey[] | undefined;
  /** Whether the app has the `secret_write` permission. @defaultValue true */
  readonly secretWrite?: boolean | undefined;
  /**
   * Limits of requests per second and account. `true` sets the limits that Stripe documents: 25 for each operation, and 25
   * (test mode) or 100 (live mode) for all operations together.
   * @defaultValue false
   */
  readonly rateLimit?: boolean | RateLimit | undefined;
  /** Delay of every response, in milliseconds. @defaultValue 0 */
  readonly latencyMs?: number | undefined;
  /** Accepts keys that start with `sk_live_` or `rk_live_`. Use invented keys, never real ones. @defaultValue false */
  readonly allowLiveKeys?: boolean | undefined;
  /** Called once per request, with an entry that has no query, payload or key. Errors that it throws are ignored. */
  readonly onRequest?: ((entry: RequestLogEntry) => void) | undefined;
  /**
   * Lets one page, which stands in for the Stripe Dashboard, send the requests of a UI extension. The API itself still refuses
   * browsers. @defaultValue none: no page gets a response
   */
  readonly dashboard?: DashboardOptions | undefined;
  /** Switches for behaviour that Stripe does not document. @defaultValue the tables in the README */
  readonly assume?: Assumptions | undefined;
}
