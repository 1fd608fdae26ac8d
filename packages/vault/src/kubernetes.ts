import { checkOptions } from '@secretkit/core/provider';
import { textFile } from './text-file.js';
import { type Credential, jwtLogin, type VaultAuth } from './vault-auth.js';

export interface KubernetesOptions {
  /** The role of the auth method. */
  readonly role: string;
  /** Where the auth method is mounted. @defaultValue `kubernetes` */
  readonly mount?: string;
  /**
   * The token of the service account.
   * @defaultValue the file `/var/run/secrets/kubernetes.io/serviceaccount/token`, which is read for each login
   */
  readonly jwt?: Credential;
}

const serviceAccountToken = '/var/run/secrets/kubernetes.io/serviceaccount/token';

/**
 * Logs in with the service account of a pod.
 *
 * @throws `TypeError` for wrong options.
 * @example
 * ```ts
 * import { vaultSecrets } from '@secretkit/vault';
 * import { kubernetes } from '@secretkit/vault/node';
 *
 * const auth = kubernetes({ role: 'app' });
 * const provider = vaultSecrets({ address: 'https://vault.example', mount: 'secret', auth });
 * ```
 */
export function kubernetes(options: KubernetesOptions): VaultAuth {
  const own = checkOptions('kubernetes', options, ['role', 'mount', 'jwt']);
  const { role, jwt = textFile(serviceAccountToken), mount } = own;
  if (typeof role !== 'string') throw new TypeError('kubernetes: role must be the name of a role.');
  return jwtLogin(
    'kubernetes',
    'Kubernetes',
    { role, jwt, ...(mount !== undefined && { mount }) },
    'kubernetes',
  );
}
