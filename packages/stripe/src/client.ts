/**
 * The client
 *
 * - checks the status, the size (at most 1 MiB) and the shape of a response before stripe-node parses it,
 * - refuses redirects,
 * - sends `cache: 'no-store'`, so that a framework that patches `fetch`, such as Next.js, keeps no response,
 * - closes the connection after an abort or a timeout,
 * - does not retry, and sends no telemetry,
 * - does not contain the API key, so that printing it does not show the key, and
 * - does not print the notices that Stripe sends in headers.
 *
 * @packageDocumentation
 */

export type { StripeClientOptions } from './connection.js';
export { createStripeClient } from './create-stripe-client.js';
export type { ApiKeyRead, ApiKeySource } from './key-source.js';
