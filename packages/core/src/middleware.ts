/**
 * ## Rules for a middleware
 *
 * `around` makes a middleware that cannot read a value, `defineMiddleware` one that can. `compose(a, b)(provider)` wraps a
 * provider; the first is the outermost. `layersOf` returns the layers of a provider or a client.
 *
 * If a batch fails in part, `run` rejects with the first retryable failure, and the next `run` reads only the refs that failed so.
 * When the policy gives up, the answers are returned with an error in each open place. `call.failures()` returns the codes of the
 * failures so far.
 *
 * `fetchedAt(secret)` returns when the backend gave a value, in epoch milliseconds, and `staleUntil(secret)` how long the cache that
 * gave a stale value would serve it. Set them with `withFetchedAt` and `markStale`; `map` keeps them.
 *
 * `compose` warns about a harmful order of layers, with a code such as `SECRETKIT_ORDER_RETRY_OUTSIDE_CACHE`. The codes are in
 * the README of `@secretkit/middleware`.
 *
 * @packageDocumentation
 */

export type { Branch, Layer } from './contract/provider.js';
export { backendName, settled, settledLater } from './contract/provider.js';
export { fetchedAt, isLocal, markStale, sameValue, staleUntil, withFetchedAt } from './contract/secret.js';
export { checkAnswer, checkAnswers } from './kernel/answers.js';
export { around, type Call, type Policy } from './kernel/around.js';
export type { CapabilitiesOf, Layered, Wrapped } from './kernel/define-middleware.js';
export { defineMiddleware, type Middleware, type MiddlewareDescription } from './kernel/define-middleware.js';
export { guard } from './kernel/guard.js';
export type { MonotonicClock } from './kernel/injected.js';
export { boundedRandom, ignoreErrors, monotonicClock, notify } from './kernel/injected.js';
export { orderCodes } from './kernel/order-codes.js';
export { readMany, walkPages } from './kernel/read-many.js';
export { isolatesRequests } from './kernel/runtime.js';
export type { Overrides } from './kernel/wrap.js';
