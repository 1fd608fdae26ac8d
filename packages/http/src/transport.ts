export {
  type BaseUrl,
  checkAllowInsecure,
  checkBaseUrl,
  isOnThisMachine,
} from './base-url.js';
export {
  type BoundedFetch,
  type BoundedFetchOptions,
  type BoundedRequest,
  boundedFetch,
  type ConnectionFailure,
} from './bounded-fetch.js';
export { fieldsOf } from './fields-of.js';
export { networkCode } from './network-code.js';
export { jsonOf, type ReadResponse } from './read-response.js';
export { retryAfterMs } from './retry-after.js';
export { warnInsecure } from './warn-insecure.js';
