import { checkProvider, type SecretProvider } from '@secretkit/core/provider';

/** What makes a provider, when it is wanted and not before. */
export type ProviderBuilder<P extends SecretProvider = SecretProvider> = () => P | Promise<P>;

/**
 * The provider of an environment. Only the one that is selected is built, so that development loads none of what production
 * needs: import SDKs within the function.
 *
 * @param environment - Its name, such as `process.env.APP_ENV`.
 * @throws `TypeError` when there is no such environment, with those there are; when what is built is no provider. What the
 * builder throws.
 * @example
 * ```ts
 * import { selectProvider } from '@secretkit/config';
 * import { createSecrets } from '@secretkit/core';
 * import { envSecrets } from '@secretkit/env';
 * import { memorySecrets } from '@secretkit/memory';
 *
 * const provider = await selectProvider(process.env.APP_ENV ?? 'development', {
 *   development: () => memorySecrets({ initial: { token: 'example' } }),
 *   test: () => envSecrets({ prefix: 'TEST_' }),
 *   production: async () => {
 *     const { stripeSecrets } = await import('@secretkit/stripe');
 *     const { createStripeClient } = await import('@secretkit/stripe/client');
 *     return stripeSecrets({ client: createStripeClient({ apiKey: process.env.STRIPE_SECRET_KEY ?? '' }) });
 *   },
 * });
 * const secrets = createSecrets(provider);
 * ```
 */
export async function selectProvider<B extends Readonly<Record<string, ProviderBuilder>>>(
  environment: string | undefined,
  builders: B,
): Promise<Awaited<ReturnType<B[keyof B]>>> {
  checkBuilders(builders);
  const known = Object.keys(builders).join(', ');
  if (typeof environment !== 'string' || environment === '') {
    throw new TypeError(
      `selectProvider: no environment is given. Is the variable set that names it? There is ${known}.`,
    );
  }
  const build = Object.hasOwn(builders, environment) ? builders[environment] : undefined;
  if (!build) {
    throw new TypeError(`selectProvider: there is no environment${quoted(environment)}. There is ${known}.`);
  }
  const provider = await build();
  checkProvider(provider, `selectProvider, for "${environment}",`);
  return provider as Awaited<ReturnType<B[keyof B]>>; // what this builder gives
}

function checkBuilders(builders: unknown): void {
  const expected = 'selectProvider takes an object: for each environment a function that makes its provider';
  if (typeof builders !== 'object' || builders === null) throw new TypeError(`${expected}.`);
  if (Object.keys(builders).length === 0) throw new TypeError(`${expected}. It is empty.`);
  const wrong = Object.entries(builders).find(([, build]) => typeof build !== 'function');
  if (wrong) throw new TypeError(`${expected}. Of "${wrong[0]}" it is ${typeof wrong[1]}.`);
}

// A name, if it looks like one: anything else may be a value in the wrong place.
function quoted(environment: string): string {
  return /^[A-Za-z][\w.-]{0,29}$/.test(environment) ? ` "${environment}"` : ' of that name';
}
