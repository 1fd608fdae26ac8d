/**
 * ## Requirements of a `fetch`
 *
 * For a proxy, pass the `fetch` and a `ProxyAgent` of the package `undici`: `fetch: (url, init) => fetch(url, { ...init, dispatcher })`.
 *
 * A `fetch` must return a status, headers, and a body that is a web stream or an async iterable, such as a Node stream. Any other is
 * `invalid_argument`, which names it. Where the runtime takes it, a request says `cache: 'no-store'`, so that a framework that patches
 * `fetch` keeps no response.
 *
 * @packageDocumentation
 */

export { type NodeFetchOptions, nodeFetch } from './node-fetch.js';
