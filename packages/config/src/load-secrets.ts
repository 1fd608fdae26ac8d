import type { ReadOptions, SecretsReader } from '@secretkit/core';
import { checkOptions, type Secret } from '@secretkit/core/provider';
import { answerTo } from './answer-to.js';
import {
  checkLiveOptions,
  type LiveSecrets,
  type LiveSecretsOptions,
  liveSecrets,
  reservedBy,
} from './live-secrets.js';
import { failureOf, isAny, type Problem } from './problems.js';
import { checkClient, readAll, refusedBy } from './read-all.js';
import { readSpecs } from './read-specs.js';
import type { LoadedSecrets, SecretSpecs, Sound } from './secret-spec.js';

export interface LoadSecretsOptions extends ReadOptions {
  /**
   * A view whose properties follow the store, in place of values that were true once.
   * @defaultValue false
   */
  readonly live?: false;
}

/**
 * Reads all secrets of an application by one batch, checks each with a schema of the validator that you have (zod, valibot,
 * arktype: any Standard Schema), and gives them under your keys, parsed and sealed.
 *
 * Whatever is missing, malformed or cannot be read is told at once, by one error that lists every key, its ref and what is
 * wrong, and never a value or a validator's own words, which may quote one. See `problemsOf`.
 *
 * With `live: true` the result is a view; see `LiveSecrets`.
 *
 * @throws `TypeError` for wrong options. A `SecretError`: `invalid_argument` for malformed specs, before anything is read;
 * else the code of the first problem that waiting will not mend: `not_found` for a secret that is missing, `invalid_data` for
 * one that its schema refuses, or what the backend says; the signal's reason.
 * @example
 * ```ts
 * import { loadSecrets, optional } from '@secretkit/config';
 * import { createSecrets } from '@secretkit/core';
 * import { memorySecrets } from '@secretkit/memory';
 * import { z } from 'zod';
 *
 * const initial = { DATABASE_URL: 'postgres://db.example/app', 'stripe-key': 'sk_test_example' };
 * const config = await loadSecrets(createSecrets(memorySecrets({ initial })), {
 *   DATABASE_URL: z.url(), // the key is the name
 *   STRIPE_KEY: { ref: 'stripe-key', schema: z.string().startsWith('sk_') },
 *   POOL_SIZE: { schema: z.coerce.number(), default: 10 },
 *   SENTRY: optional('sentry-dsn'),
 * });
 * const size: number = config.POOL_SIZE.reveal();
 * console.log(config.DATABASE_URL, size, config.SENTRY); // [secret] 10 undefined
 * ```
 */
export function loadSecrets<const S extends SecretSpecs>(
  secrets: SecretsReader,
  specs: S & Sound<S>,
  options?: LoadSecretsOptions,
): Promise<LoadedSecrets<S>>;
export function loadSecrets<const S extends SecretSpecs>(
  secrets: SecretsReader,
  specs: S & Sound<S>,
  options: LiveSecretsOptions,
): Promise<LiveSecrets<S>>;
export async function loadSecrets(
  secrets: SecretsReader,
  specs: SecretSpecs,
  options: LoadSecretsOptions | LiveSecretsOptions = {},
): Promise<LoadedSecrets<SecretSpecs> | LiveSecrets<SecretSpecs>> {
  checkClient('loadSecrets', secrets);
  if (isLive(options)) checkLiveOptions(options);
  else checkOptions('loadSecrets', options, ['signal', 'fresh', 'live']);
  const { requests, problems: malformed } = readSpecs(specs);
  const reserved = isLive(options) ? reservedBy(requests) : [];
  const refused = [...malformed, ...reserved, ...refusedBy(secrets, requests)];
  if (isAny(refused)) throw failureOf('the specs are malformed, and nothing has been read.', refused);

  const answers = await readAll(secrets, requests, options);
  const loaded = requests.map((request, at) => ({ request, ...answerTo(request, answers[at]) }));
  const problems = loaded.flatMap(({ request: { at }, error }): Problem[] => (error ? [{ at, error }] : []));
  if (isAny(problems)) {
    throw failureOf(`${problems.length} of ${requests.length} secrets cannot be used.`, problems);
  }
  if (isLive(options)) return liveSecrets(secrets, loaded, options);
  const entries = loaded.map(({ request: { at }, secret }): [string, Secret<unknown> | undefined] => [
    at,
    secret,
  ]);
  return Object.freeze(Object.fromEntries(entries));
}

function isLive(options: LoadSecretsOptions | LiveSecretsOptions | null): options is LiveSecretsOptions {
  const { live = false } = options ?? {};
  if (typeof live === 'boolean') return live;
  throw new TypeError('loadSecrets: live is true or false.');
}
