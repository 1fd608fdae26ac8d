/**
 * ## What it reads
 *
 * - **It only reads current values**: no batches, lists, versions or writes.
 * - **Both have a cache of their own**, 300 seconds by default. A value may be as much older than the TTL of your cache. A `fresh` read
 *   of Secrets Manager passes by the cache of the agent.
 * - **In Lambda, read in the handler**: the extension does not answer before the first invocation.
 *
 * ## The token
 *
 * Without `token` it is read from `AWS_TOKEN`, which may name a file (`file:///var/run/awssmatoken`), from `AWS_SESSION_TOKEN`, or from
 * `AWS_CONTAINER_AUTHORIZATION_TOKEN`, as the agent itself does.
 *
 * @packageDocumentation
 */

export type { AgentSecretsOptions, AgentStore } from './agent-options.js';
export { type AgentSecrets, agentSecrets } from './agent-secrets.js';
