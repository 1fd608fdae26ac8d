/**
 * A body that is a stream is sent once. A redirect is an error unless the request sets `redirect`, because `fetch` takes headers such as
 * `x-api-key` along to another origin.
 *
 * @packageDocumentation
 */

export { type FetchLike, type FetchWithOptions, fetchWith } from './fetch-with.js';
