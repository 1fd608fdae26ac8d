export { type MemorySecrets, type MemorySecretsOptions, memorySecrets } from './memory-secrets.js';
