export type { InitialSecrets } from './initial-secrets.js';
export { type MemorySecrets, type MemorySecretsOptions, memorySecrets } from './memory-secrets.js';
