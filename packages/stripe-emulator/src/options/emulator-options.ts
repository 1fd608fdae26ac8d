import type { EmulatedKey } from '../access/authenticate.js';
import type { RateLimit } from '../api/rate-limiter.js';
import type { RequestLogEntry } from '../server/request-log.js';
import type { Assumptions } from './assumptions.js';

/** Options of {@link startEmulator}. None is required. */
export interface EmulatorOptions {
  /** TCP port; 0 takes a free one. @defaultValue 0 */
  readonly port?: number | undefined;
  /** Address to listen on. Anything but loopback needs `allowRemote`. @defaultValue '127.0.0.1' */
  readonly host?: string | undefined;
  /** Allows a `host` that other machines can reach, and requests with any Host header. @defaultValue false */
  readonly allowRemote?: boolean | undefined;
  /** The clock, in epoch milliseconds: for `created`, expiry, rate limits, idempotency keys. @defaultValue Date.now */
  readonly now?: (() => number) | undefined;
  /** The account of keys that `keys` says nothing else about. @defaultValue 'acct_emulator' */
  readonly ownAccount?: string | undefined;
  /** The connected accounts that have the app installed. @defaultValue every `acct_…` */
  readonly accounts?: readonly string[] | undefined;
  /**
   * The API keys that exist, with their account, mode and permission.
   * @defaultValue every well-formed key; restricted ones lack the permission until it is granted
   */
  readonly keys?: readonly EmulatedKey[] | undefined;
  /** Whether the app has the `secret_write` permission. @defaultValue true */
  readonly secretWrite?: boolean | undefined;
  /**
   * Requests per second: `true` is Stripe's documented 25 for each operation and in all 25 (test) or
   * 100 (live) for each account.
   * @defaultValue false
   */
  readonly rateLimit?: boolean | RateLimit | undefined;
  /** Waits this many milliseconds before every request runs. @defaultValue 0 */
  readonly latencyMs?: number | undefined;
  /** Accepts keys in live form. Use made-up ones: a real one has no business here. @defaultValue false */
  readonly allowLiveKeys?: boolean | undefined;
  /** Is told of every request, without query, payload and key. What it throws is ignored. */
  readonly onRequest?: ((entry: RequestLogEntry) => void) | undefined;
  /** Switches for what Stripe does not document. @defaultValue as the README says */
  readonly assume?: Assumptions | undefined;
}
