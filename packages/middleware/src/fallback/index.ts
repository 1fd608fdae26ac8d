/**
 * ## What a read gets
 *
 * | answer of a provider | effect |
 * | --- | --- |
 * | the secret | it is returned |
 * | missing | the next provider is called |
 * | `unavailable`, `timeout`, `rate_limited`, `quota_exceeded`, `circuit_open`, `invalid_data` | the next provider is called, and `onFallThrough` reports it |
 * | `permission_denied`, `unauthenticated`, `unknown` | the read ends, unless `fallThroughOn` contains the code |
 * | any other failure | the read ends |
 *
 * A secret is missing only if it is missing in every provider. If no provider has it and one failed, the read rejects with the first
 * failure. A batch calls each provider once, for the refs that are still open.
 *
 * ## What it supports
 *
 * - It has no `set`, no `compareAndSet` and no `delete`: write to one of the providers.
 * - A ref with a version is read from the providers with `listVersions` only; if there is none, it is `unsupported`, without a call.
 *   `listVersions` returns the versions in the first provider that has any.
 * - It lists if all of its providers list. The list is their union, and fails if one of them fails. With a limit, each page reads all
 *   lists completely: otherwise a name could appear twice, or be skipped.
 * - Put caches inside it, around each provider. `compose` warns about a cache around it.
 * - `peek` and repeated reads from memory use the first provider only (for a version, the first one with versions): whether another one is used depends on the answers of those
 *   before it. `invalidate` reaches all providers. `onChange` reports rotations in each provider; another provider that answers is not
 *   a change.
 * - Two refs mean one secret only if every provider says so. Its layer in `layersOf` has a branch for each.
 *
 * @packageDocumentation
 */

import { guard, type Layer } from '@secretkit/core/middleware';
import {
  type CallContext,
  checkOptions,
  type ListQuery,
  layersOf,
  refKey,
  type SecretProvider,
} from '@secretkit/core/provider';
import { layerKind } from '../shared/layer-kind.js';
import { agreedRef } from './agreed-ref.js';
import { argumentsOf } from './arguments.js';
import type { Fallback, Providers } from './capabilities.js';
import { memoryOf } from './memory.js';
import { checkDenialCodes, type FallbackOptions } from './options.js';
import { fallbackReads } from './reads.js';
import { unionPage } from './union-page.js';
import { hasVersions, holdAll } from './versions.js';

export type { Fallback, KeysOf, Providers, SomeAbsent } from './capabilities.js';
export type { DenialCode, FallbackOptions, FallThrough } from './options.js';

/**
 * Makes one provider of several: a read returns the secret of the first provider that has it. Options may be the last
 * argument.
 *
 * The next provider is called for a missing secret, and after a failure that means that a provider cannot answer:
 * `unavailable`, `timeout`, `rate_limited`, `quota_exceeded`, `circuit_open`, `invalid_data`. Any other failure ends the read.
 * A secret is missing only if it is missing in every provider; if no provider has it and one failed, the read rejects with
 * the first failure. A batch calls each provider once, for the refs that are still open.
 *
 * A ref with a version is read from the providers that have versions, and `listVersions` returns those of the first one that
 * has any.
 *
 * A list is the union of the lists; it exists only if every provider lists, and fails if one of them fails. A fallback has no
 * `set`, no `compareAndSet` and no `delete`: write to one of the providers. It closes all of them.
 *
 * Put caches inside it, around each provider: a cache around it would keep an old value of one provider over a new one of
 * another.
 *
 * @throws `TypeError` without a provider, for an argument that is not a provider, for the same provider twice and for invalid
 * options.
 * @example
 * ```ts
 * import { createSecrets } from '@secretkit/core';
 * import { envSecrets } from '@secretkit/env';
 * import { memorySecrets } from '@secretkit/memory';
 * import { fallback } from '@secretkit/middleware/fallback';
 *
 * const defaults = memorySecrets({ initial: { 'log-level': 'info' } });
 * const secrets = createSecrets(
 *   fallback(envSecrets(), defaults, { onFallThrough: ({ provider, code }) => console.warn(provider, code) }),
 * );
 * ```
 */
export function fallback<P extends Providers>(...providers: P): Fallback<P>;
export function fallback<P extends Providers>(...providersAndOptions: [...P, FallbackOptions]): Fallback<P>;
export function fallback(...args: readonly unknown[]): Fallback<Providers> {
  const { providers: given, options: last } = argumentsOf(args);
  const options = checkOptions('fallback', last, ['fallThroughOn', 'onFallThrough', 'now']);
  const { fallThroughOn = [] } = options;
  checkDenialCodes(fallThroughOn);

  const providers = given.map(guard);
  const reads = fallbackReads(providers, options);
  const canonical = agreedRef(providers);
  const memory = memoryOf(providers, reads.lastBackend);
  const hold = holdAll(providers);
  const layer: Layer = Object.freeze({
    name: 'fallback',
    kind: layerKind('fallback'),
    options: Object.freeze({ providers: given.map(({ name }) => name), fallThroughOn }),
    snapshot: () => ({ fallThroughs: reads.fallThroughs }),
    branches: given.map((provider) => ({ name: provider.name, layers: layersOf(provider) })),
  });

  return Object.freeze({
    name: `fallback(${given.map(({ name }) => name).join(', ')})`,
    layers: [layer],
    get: reads.get,
    ...(providers.some((each) => each.getMany) && { getMany: reads.getMany }),
    ...(providers.every((each) => each.list) && {
      list: (query: ListQuery, ctx: CallContext) =>
        unionPage(providers, (ref) => refKey(canonical?.(ref) ?? ref), query, ctx),
    }),
    ...(providers.some(hasVersions) && { listVersions: reads.listVersions }),
    ...(hold && { hold }),
    ...(canonical && { canonical }),
    memory,
    [Symbol.asyncDispose]: () => disposeAll(providers),
  });
}

// All at once, so that none waits for another, and one failure does not keep another open.
async function disposeAll(providers: readonly SecretProvider[]): Promise<void> {
  const ends = await Promise.allSettled(providers.map(async (provider) => provider[Symbol.asyncDispose]?.()));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}
