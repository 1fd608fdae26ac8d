export { type FetchLike, type FetchWithOptions, fetchWith } from './fetch-with.js';
