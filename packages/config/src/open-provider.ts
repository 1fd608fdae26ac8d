import { checkProvider, type SecretProvider } from '@secretkit/core/provider';
import { refuseCredentials } from './refuse-credentials.js';

/** Makes the provider that a URL of its scheme stands for. `urlParameters` reads what the URL says. */
export type Opener<P extends SecretProvider = SecretProvider> = (url: URL) => P | Promise<P>;

/** Openers by scheme, without the colon. */
export type Openers = Readonly<Record<string, Opener>>;

/**
 * The provider that a URL stands for, so that one variable swaps backends: `SECRETS_URL=memory:` on a laptop,
 * `env:?prefix=APP_` in CI, `stripe:?account=acct_1` in production. Only schemes of the registry that is given are known;
 * the package of a scheme is loaded when it is opened.
 *
 * A URL is printed and logged, so it holds no credential: one with user info, with a parameter that is called like a
 * credential, or with what looks like an API key is refused, and not shown.
 *
 * @param url - Such as `process.env.SECRETS_URL`.
 * @throws `TypeError` for what is no URL, has a credential, or a scheme that is not in the registry, with those that are;
 * when what is opened is no provider. What the opener throws.
 * @example
 * ```ts
 * import { openProvider } from '@secretkit/config';
 * import { envOpener } from '@secretkit/config/env';
 * import { memoryOpener } from '@secretkit/config/memory';
 * import { stripeOpener } from '@secretkit/config/stripe';
 * import { createSecrets } from '@secretkit/core';
 *
 * const provider = await openProvider(process.env.SECRETS_URL, {
 *   env: envOpener(),
 *   memory: memoryOpener(),
 *   stripe: stripeOpener({ apiKey: () => process.env.STRIPE_SECRET_KEY }),
 * });
 * const secrets = createSecrets(provider);
 * ```
 */
export async function openProvider<R extends Openers>(
  url: string | URL | undefined,
  openers: R,
): Promise<Awaited<ReturnType<R[keyof R]>>> {
  const schemes = checkOpeners(openers);
  const parsed = parse(url, schemes);
  refuseCredentials(parsed);
  const scheme = parsed.protocol.slice(0, -1);
  const open = Object.hasOwn(openers, scheme) ? openers[scheme] : undefined;
  if (!open) {
    const shown = scheme.length <= 20 ? ` "${scheme}:"` : ' of its scheme';
    throw new TypeError(`openProvider: there is no opener for a URL${shown}. There is ${schemes}.`);
  }
  const provider = await open(parsed);
  checkProvider(provider, `openProvider, for "${scheme}:",`);
  return provider as Awaited<ReturnType<R[keyof R]>>; // what this opener gives
}

function checkOpeners(openers: unknown): string {
  const expected = 'openProvider takes an object of openers by scheme, such as { env: envOpener() }';
  if (typeof openers !== 'object' || openers === null) throw new TypeError(`${expected}.`);
  if (Object.keys(openers).length === 0) throw new TypeError(`${expected}. It is empty.`);
  for (const [scheme, open] of Object.entries(openers)) {
    if (typeof open !== 'function')
      throw new TypeError(`${expected}. That of "${scheme}" is ${typeof open}.`);
    if (!/^[a-z][a-z0-9+.-]*$/.test(scheme)) {
      throw new TypeError(
        `openProvider: "${scheme}" is no scheme: one is in lower case, and without a colon.`,
      );
    }
  }
  return Object.keys(openers)
    .map((scheme) => `${scheme}:`)
    .join(', ');
}

// Not by a try: the error of new URL quotes what it was given.
function parse(url: unknown, schemes: string): URL {
  if (url === undefined || url === '') {
    throw new TypeError(
      `openProvider: no URL is given. Is the variable set that holds it? There is ${schemes}.`,
    );
  }
  const text = url instanceof URL ? url.href : url;
  if (typeof text !== 'string' || !URL.canParse(text)) {
    throw new TypeError(
      `openProvider: what is given is no URL. One is such as env:?prefix=APP_. There is ${schemes}.`,
    );
  }
  return new URL(text);
}
