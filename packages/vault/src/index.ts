export type { KvVersion } from './kv-version.js';
export {
  type AppRoleOptions,
  appRole,
  type Credential,
  type JwtOptions,
  jwt,
  type VaultAuth,
  type VaultLoginContext,
  type VaultLoginRequest,
} from './vault-auth.js';
export type { VaultSecretsOptions } from './vault-options.js';
export { type VaultSecrets, type VaultSecretsOfVersion1, vaultSecrets } from './vault-secrets.js';
