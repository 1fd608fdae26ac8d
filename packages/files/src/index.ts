export type { DirectorySecretsOptions } from './directory-options.js';
export { type DirectorySecrets, directorySecrets } from './directory-secrets.js';
export type { DotenvSecretsOptions } from './dotenv-options.js';
export { type DotenvSecrets, dotenvSecrets } from './dotenv-secrets.js';
