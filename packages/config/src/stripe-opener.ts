import { checkFunction } from '@secretkit/core';
import { checkOptions } from '@secretkit/core/provider';
import type { StripeSecrets } from '@secretkit/stripe';
import { installed } from './installed.js';
import { urlParameters } from './url-parameters.js';

export interface StripeOpenerOptions {
  /** Gives a secret or restricted key, when a URL is opened: `() => process.env.STRIPE_SECRET_KEY`. It is in no URL. */
  readonly apiKey: () => string | undefined | Promise<string | undefined>;
  /**
   * Where the API is. A URL may name a place on this machine, such as an emulator; another one is said here.
   * @defaultValue `https://api.stripe.com`
   */
  readonly baseUrl?: string;
}

/**
 * Opens `stripe:`, `stripe:?account=acct_1`, `stripe:?livemode=true` and `stripe:?baseUrl=http://127.0.0.1:12140`: the Stripe
 * Apps Secret Store, or an emulator of it on this machine. It loads `@secretkit/stripe` and `stripe` when a URL is opened.
 *
 * @throws `TypeError` for wrong options.
 * @example
 * ```ts
 * import { openProvider } from '@secretkit/config';
 * import { stripeOpener } from '@secretkit/config/stripe';
 *
 * const stripe = stripeOpener({ apiKey: () => process.env.STRIPE_SECRET_KEY ?? 'sk_live_example' });
 * const provider = await openProvider('stripe:?account=acct_1&livemode=true', { stripe });
 * ```
 */
export function stripeOpener(options: StripeOpenerOptions): (url: URL) => Promise<StripeSecrets> {
  checkOptions('stripeOpener', options, ['apiKey', 'baseUrl']);
  const { apiKey, baseUrl } = options;
  if (apiKey === undefined) throw new TypeError('stripeOpener needs apiKey: a function that gives the key.');
  checkFunction('stripeOpener', 'apiKey', apiKey);
  return async (url) => {
    const { account, livemode, baseUrl: emulator } = urlParameters(url, ['account', 'livemode', 'baseUrl']);
    if (emulator !== undefined && baseUrl !== undefined) {
      throw new TypeError('stripeOpener: a baseUrl stands in the URL and in the options. Drop one of them.');
    }
    if (emulator !== undefined && !isHere(emulator)) {
      throw new TypeError(
        "A URL of stripe: has a baseUrl on another machine, which would be sent the API key. Say it in stripeOpener's options, if it is meant.",
      );
    }
    if (livemode !== undefined && livemode !== 'true' && livemode !== 'false') {
      throw new TypeError('A URL of stripe: has a livemode that is neither true nor false.');
    }
    const packages = '@secretkit/stripe stripe';
    const [{ stripeSecrets }, { createStripeClient }] = await installed(
      () => Promise.all([import('@secretkit/stripe'), import('@secretkit/stripe/client')]),
      packages,
    );
    const origin = emulator ?? baseUrl;
    const client = createStripeClient({
      apiKey: (await apiKey()) ?? '', // which is refused in words of its own
      ...(origin !== undefined && { baseUrl: origin }),
    });
    return stripeSecrets({
      client,
      ...(account !== undefined && { account }),
      ...(livemode !== undefined && { livemode: livemode === 'true' }),
    });
  };
}

function isHere(baseUrl: string): boolean {
  return URL.canParse(baseUrl) && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(new URL(baseUrl).hostname);
}
