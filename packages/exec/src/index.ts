export type { CommandEnv } from './command-env.js';
export type { CommandOf, ExecSecretsOptions } from './exec-options.js';
export { type ExecSecrets, execSecrets } from './exec-secrets.js';
export type { ExitMeaning } from './exit-meanings.js';
