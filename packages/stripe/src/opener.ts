import { checkOptions, checkScheme, kindOf, type Opener, urlParameters } from '@secretkit/core/provider';
import { checkAllowInsecure, isOnThisMachine } from '@secretkit/http/transport';
import { createStoreClient } from './store-client.js';
import { type StripeSecrets, stripeSecrets } from './stripe-secrets.js';

export interface StripeOpenerOptions {
  /**
   * Returns a secret or restricted key: `() => process.env.STRIPE_SECRET_KEY`. Called once for each URL that is opened; the
   * URL itself never holds a key.
   */
  readonly apiKey: () => string | undefined | Promise<string | undefined>;
  /**
   * The origin of the API. Must not be combined with the URL's parameter `baseUrl`.
   * @defaultValue `https://api.stripe.com`
   */
  readonly baseUrl?: string;
  /**
   * Allows `http:` to another machine, here and in the URL's parameter `baseUrl`: see `allowInsecure` of
   * `createStoreClient`. A live-mode key is refused there in any case.
   * @defaultValue false
   */
  readonly allowInsecure?: boolean;
  /** The scheme of the URLs that it opens, in lower case and without a colon. @defaultValue `stripe` */
  readonly scheme?: string;
}

/**
 * Returns an opener of `stripe:`, `stripe:?account=acct_1`, `stripe:?livemode=true` and
 * `stripe:?baseUrl=http://127.0.0.1:12140`: the Stripe Apps Secret Store, or an emulator of it on this machine. It needs no package
 * `stripe`.
 *
 * @throws `TypeError` for wrong options. When it opens a URL: `TypeError` for a wrong parameter or key.
 * @example
 * ```ts
 * import { openProvider } from '@secretkit/config';
 * import { stripeOpener } from '@secretkit/stripe/opener';
 *
 * const stripe = stripeOpener({ apiKey: () => process.env.STRIPE_SECRET_KEY ?? 'sk_live_example' });
 * const provider = await openProvider('stripe:?account=acct_1&livemode=true', [stripe]);
 * ```
 */
export function stripeOpener(options: StripeOpenerOptions): Opener<StripeSecrets> {
  const own = checkOptions('stripeOpener', options, ['apiKey', 'baseUrl', 'allowInsecure', 'scheme']);
  const { apiKey, baseUrl, allowInsecure = false, scheme = 'stripe' } = own;
  checkApiKeySource(apiKey);
  checkAllowInsecure('stripeOpener', allowInsecure);
  checkScheme('stripeOpener', scheme);
  return Object.freeze<Opener<StripeSecrets>>({
    schemes: Object.freeze([scheme]),
    async open(url) {
      const { account, livemode, baseUrl: local } = urlParameters(url, ['account', 'livemode', 'baseUrl']);
      checkLocal(local, baseUrl, allowInsecure);
      checkLivemode(livemode);
      const origin = local ?? baseUrl;
      const client = createStoreClient({
        apiKey: (await apiKey()) ?? '', // it refuses an empty key
        ...(origin !== undefined && { baseUrl: origin }),
        allowInsecure,
      });
      return stripeSecrets({
        client,
        ...(account !== undefined && { account }),
        ...(livemode !== undefined && { livemode: livemode === 'true' }),
      });
    },
  });
}

// A key in its place, of a caller without types, would be refused late.
function checkApiKeySource(apiKey: unknown): void {
  if (typeof apiKey === 'function') return;
  throw new TypeError(`stripeOpener: apiKey must be a function that returns the key, got ${kindOf(apiKey)}.`);
}

// The API key is sent to this origin, so a URL, which anybody may set, must not name another machine; without TLS it may,
// if that is allowed, since no live-mode key is sent there.
function checkLocal(local: string | undefined, baseUrl: string | undefined, allowInsecure: boolean): void {
  if (local === undefined) return;
  if (baseUrl !== undefined) {
    throw new TypeError('stripeOpener: baseUrl must not be both in the URL and in the options. Omit one.');
  }
  if (URL.canParse(local)) {
    const url = new URL(local);
    if (isOnThisMachine(url) || (allowInsecure && url.protocol === 'http:')) return;
  }
  throw new TypeError(
    'stripeOpener: the URL parameter baseUrl must be an origin on this machine, since the API key is sent there. ' +
      'Set the origin of another machine in the option baseUrl. For an emulator in a network of containers, set allowInsecure.',
  );
}

function checkLivemode(livemode: string | undefined): void {
  if (livemode === undefined || livemode === 'true' || livemode === 'false') return;
  throw new TypeError('stripeOpener: the URL parameter livemode must be true or false.');
}
