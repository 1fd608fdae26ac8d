export type { Branch, Layer } from './contract/provider.js';
export { settled } from './contract/provider.js';
export { fetchedAt, markStale, sameValue, staleUntil, withFetchedAt } from './contract/secret.js';
export { around, type Call, type Policy } from './kernel/around.js';
export type { CapabilitiesOf, Layered, Wrapped } from './kernel/define-middleware.js';
export { defineMiddleware, type Middleware, type MiddlewareDescription } from './kernel/define-middleware.js';
export { guard } from './kernel/guard.js';
export {
  boundedRandom,
  ignoreErrors,
  type MonotonicClock,
  monotonicClock,
  notify,
} from './kernel/injected.js';
export { orderCodes } from './kernel/order-codes.js';
export { readMany, walkPages } from './kernel/read-many.js';
export type { Overrides } from './kernel/wrap.js';
