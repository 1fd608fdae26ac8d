import type { SecretsReader } from '@secretkit/core';
import { abortable, checkOptions, own, type Secret } from '@secretkit/core/provider';
import { type AllowOptions, checkAllow, refsNotAllowed } from './allow.js';
import {
  checkLiveOptions,
  type LiveSecrets,
  type LiveSecretsOptions,
  liveSecrets,
  reservedKeys,
} from './live-secrets.js';
import { outcomeOf } from './outcome.js';
import { failureOf, hasProblems, type Problem } from './problems.js';
import { checkClient, readAll, refusedRefs } from './read-all.js';
import { type Request, readSpecs } from './read-specs.js';
import type { LoadedSecrets, SecretSpecs, ValidSpecs } from './secret-spec.js';

export interface LoadSecretsOptions extends AllowOptions {
  /**
   * Returns a view whose properties follow the store, instead of values that were read once.
   * @defaultValue false
   */
  readonly live?: false;
}

/**
 * Loads all secrets of an application in one batch, validates each with a schema (zod, valibot, arktype: any Standard
 * Schema), and returns them under your keys, parsed and sealed.
 *
 * One error reports all secrets that are missing, invalid or unreadable. It lists each key, its ref and the problem, and
 * never a value or a message of the validator, which may quote one. See `problemsOf`.
 *
 * With `live: true` the result is a view; see `LiveSecrets`.
 *
 * @throws `TypeError` for wrong options. `SecretError` with the code `invalid_argument` for malformed specs and
 * `permission_denied` for refs that `allow` refuses, before anything is read; otherwise with the code of the first problem that is not retryable: `not_found` for a missing secret,
 * `invalid_data` for one that its schema refuses, or the code of the backend. The signal's reason.
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
  specs: S & ValidSpecs<S>,
  options?: LoadSecretsOptions,
): Promise<LoadedSecrets<S>>;
export function loadSecrets<const S extends SecretSpecs>(
  secrets: SecretsReader,
  specs: S & ValidSpecs<S>,
  options: LiveSecretsOptions,
): Promise<LiveSecrets<S>>;
export async function loadSecrets(
  secrets: SecretsReader,
  specs: SecretSpecs,
  given: LoadSecretsOptions | LiveSecretsOptions = {},
): Promise<LoadedSecrets<SecretSpecs> | LiveSecrets<SecretSpecs>> {
  checkClient('loadSecrets', secrets);
  const options = isLive(given)
    ? checkLiveOptions(given)
    : checkOptions('loadSecrets', given, ['signal', 'fresh', 'live', 'allow']);
  checkAllow('loadSecrets', options.allow);
  const { requests, problems: malformed } = readSpecs(specs);
  const reserved = isLive(options) ? reservedKeys(requests) : [];
  const forbidden = [
    ...refusedRefs(secrets, requests),
    ...refsNotAllowed('loadSecrets', requests, options.allow),
  ];
  const refused = [...malformed, ...reserved, ...forbidden];
  if (hasProblems(refused)) throw failureOf('specs are refused. Nothing has been read.', refused);

  const answers = await readAll(secrets, requests, options);
  const outcomes = await abortable(
    Promise.all(requests.map((request, at) => outcomeOf(secrets, request, answers[at]))),
    options.signal,
  );
  const loaded = outcomes.map((outcome, at) => ({ request: requests[at] as Request, ...outcome })); // of the same length
  const problems = loaded.flatMap(({ request: { at }, error }): Problem[] => (error ? [{ at, error }] : []));
  if (hasProblems(problems)) {
    throw failureOf(`${problems.length} of ${requests.length} secrets could not be loaded.`, problems);
  }
  if (isLive(options)) return liveSecrets(secrets, loaded, options);
  const entries = loaded.map(({ request: { at }, secret }): [string, Secret<unknown> | undefined] => [
    at,
    secret,
  ]);
  return Object.freeze(Object.fromEntries(entries));
}

function isLive(options: LoadSecretsOptions | LiveSecretsOptions | null): options is LiveSecretsOptions {
  return own(options ?? undefined, 'live') === true;
}
