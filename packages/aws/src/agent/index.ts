export type { AgentSecretsOptions, AgentStore } from './agent-options.js';
export { type AgentSecrets, agentSecrets } from './agent-secrets.js';
