import { checkProvider, kindOf, type Opener } from '@secretkit/core/provider';
import { openersByScheme } from './openers-by-scheme.js';
import { refuseCredentials } from './refuse-credentials.js';

/**
 * Opens the provider that a URL names, so that one variable selects the backend: `SECRETS_URL=memory:` on a laptop,
 * `env:?prefix=APP_` in CI, `stripe:?account=acct_1` in production. Only the schemes of the given openers are known; each
 * adapter exports its opener at `./opener`.
 *
 * URLs are printed and logged, so a URL must not hold a credential: user info, a parameter with the name of a credential and
 * text that looks like an API key are refused. The message does not quote the URL.
 *
 * @param url - For example `process.env.SECRETS_URL`.
 * @param openers - One opener for each scheme.
 * @throws `TypeError` before any I/O: for wrong openers, two openers for one scheme, an invalid URL, a URL with a credential,
 * and a scheme without an opener, with the registered ones. `TypeError` if the opener does not return a provider. Any error
 * of the opener.
 * @example
 * ```ts
 * import { openProvider } from '@secretkit/config';
 * import { createSecrets } from '@secretkit/core';
 * import { envOpener } from '@secretkit/env/opener';
 * import { memoryOpener } from '@secretkit/memory/opener';
 * import { stripeOpener } from '@secretkit/stripe/opener';
 *
 * const provider = await openProvider(process.env.SECRETS_URL, [
 *   envOpener(),
 *   memoryOpener(),
 *   stripeOpener({ apiKey: () => process.env.STRIPE_SECRET_KEY }),
 * ]);
 * const secrets = createSecrets(provider);
 * ```
 */
export async function openProvider<const O extends readonly Opener[]>(
  url: string | URL | undefined,
  openers: O,
): Promise<Awaited<ReturnType<O[number]['open']>>> {
  const byScheme = openersByScheme('openProvider', openers);
  const registered = `Registered schemes: ${[...byScheme.keys()].map((scheme) => `${scheme}:`).join(', ')}.`;
  const parsed = parse(url, registered);
  refuseCredentials(parsed);
  const { protocol } = parsed;
  const opener = byScheme.get(protocol.slice(0, -1));
  if (!opener) {
    const scheme = protocol.length <= 20 ? `scheme "${protocol}"` : "the URL's scheme"; // it may be a value
    throw new TypeError(`openProvider: no opener for ${scheme}. ${registered}`);
  }
  const provider = await opener.open(parsed);
  checkProvider(provider, `openProvider: opener of "${protocol}"`);
  return provider as Awaited<ReturnType<O[number]['open']>>; // one of the openers returned it
}

// URL.canParse instead of try: the error of new URL quotes its input.
function parse(url: unknown, registered: string): URL {
  const expected = 'openProvider: url must be a URL, such as env:?prefix=APP_';
  if (url === undefined || url === '') {
    const got = url === '' ? 'an empty string' : 'undefined';
    throw new TypeError(`${expected}, got ${got}. Set the variable that holds it. ${registered}`);
  }
  const text = url instanceof URL ? url.href : url;
  if (typeof text !== 'string') throw new TypeError(`${expected}, got ${kindOf(text)}. ${registered}`);
  if (!URL.canParse(text)) throw new TypeError(`${expected}, got another string. ${registered}`);
  return new URL(text);
}
