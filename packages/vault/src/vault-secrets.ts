import { hasExpired, SecretError, type SecretProvider, type SecretRef } from '@secretkit/core/provider';
import { boundedCalls } from './bounded-calls.js';
import { canonicalPath } from './canonical-path.js';
import { isVersion, type KvEngine, kvEngine } from './kv-engine.js';
import { dataOf } from './kv-value.js';
import { mountVersion } from './kv-version.js';
import { checkLeases, refuseWrite, vaultLeases } from './leases/vault-leases.js';
import { listNames } from './list-names.js';
import { givenToken, methodLogin } from './login.js';
import { secretPaths, segmentsOf } from './secret-path.js';
import { mountSegments } from './vault-auth.js';

import { type VaultCall, vaultCalls } from './vault-calls.js';
import { closedError } from './vault-errors.js';
import { vaultHttp } from './vault-http.js';
import { checkVaultOptions, type VaultSecretsOptions } from './vault-options.js';

type WithList = Required<Pick<SecretProvider, 'list'>>;

/** The engine with version 1 as a provider: it keeps no versions. */
export type VaultSecretsOfVersion1 = SecretProvider &
  Required<Pick<SecretProvider, 'set' | 'delete' | 'canonical' | typeof Symbol.asyncDispose>>;

/** The engine as a provider. If it has version 1, what needs versions is `unsupported`. */
export type VaultSecrets = VaultSecretsOfVersion1 &
  Required<Pick<SecretProvider, 'compareAndSet' | 'listVersions'>>;

const owner = 'vaultSecrets';
const pageSize = 1_000;

/**
 * Returns a provider of the secrets in a key-value engine of Vault or OpenBao.
 *
 * @throws `TypeError` or `RangeError` for wrong options.
 * @example
 * ```ts
 * import { createSecrets } from '@secretkit/core';
 * import { appRole, vaultSecrets } from '@secretkit/vault';
 *
 * const auth = appRole({ roleId: 'an example', secretId: () => process.env['SECRET_ID'] ?? '' });
 * const secrets = createSecrets(vaultSecrets({ address: 'https://vault.example', mount: 'secret', auth }));
 * ```
 */
export function vaultSecrets(
  options: VaultSecretsOptions & { readonly kvVersion: 1; readonly name?: string },
): VaultSecretsOfVersion1 & WithList;
export function vaultSecrets(
  options: VaultSecretsOptions & { readonly kvVersion?: 2; readonly name?: string },
): VaultSecrets & WithList;
export function vaultSecrets(options: VaultSecretsOptions & { readonly kvVersion?: 2 }): VaultSecrets;
export function vaultSecrets(options: VaultSecretsOptions): VaultSecretsOfVersion1;
export function vaultSecrets(given: VaultSecretsOptions): VaultSecretsOfVersion1 {
  const options = checkVaultOptions(given);
  const mount = mountSegments(owner, options.mount);
  const {
    address,
    token,
    auth,
    namespace,
    authNamespace = namespace,
    key,
    prefix,
    name,
    kvVersion,
  } = options;
  const { timeoutMs, fetch, allowInsecure, recursive = true, delete: deletion = 'soft' } = options;
  const { maxRequests = 32, random = Math.random, now = () => Date.now() } = options;
  const paths = secretPaths(owner, { prefix, name });
  const send = vaultHttp({ owner, address, namespace, fetch, timeoutMs, allowInsecure });
  const login = auth
    ? methodLogin({
        auth,
        send,
        namespace: authNamespace,
        now: options.now ?? (() => performance.now()),
        random,
      })
    : givenToken(token);
  const call = vaultCalls(send, login);
  const leases = vaultLeases({
    call,
    send,
    login,
    isOwnLogin: auth !== undefined,
    paths: checkLeases(owner, options.leases),
    now: options.now,
    random,
  });
  const bounded = boundedCalls(maxRequests);
  let closing: Promise<void> | undefined;
  const openCall: VaultCall = async (request) => {
    refuseIfClosed();
    return call(request);
  };
  const kv: KvEngine = kvEngine({
    call: (request) => bounded(() => openCall(request), request.signal),
    mount,
    version: mountVersion(openCall, mount, kvVersion),
    key,
    now,
  });

  const provider: VaultSecretsOfVersion1 = {
    name: 'vault',

    async get(ref, ctx) {
      refuseIfClosed();
      if (leases.has(ref)) return leases.get(ref, ctx);
      const { signal } = ctx;
      const path = paths.find(ref);
      const found = path === undefined ? undefined : await kv.read(path, ref.version, signal);
      const secret = found?.secret;
      return secret && hasExpired(secret, now()) ? undefined : secret;
    },

    async set(ref, secret, { signal }) {
      refuseIfClosed();
      if (leases.has(ref)) refuseWrite();
      refuseExpiry(secret.expiresAt);
      const version = await kv.write(paths.place(ref), dataOf(secret, key), undefined, signal);
      return version === undefined ? {} : { version };
    },

    async delete(ref, { signal }) {
      refuseIfClosed();
      if (leases.has(ref)) refuseWrite();
      const path = paths.find(ref);
      if (path !== undefined) await kv.remove(path, deletion, signal);
    },

    canonical: (ref) => (leases.has(ref) ? { ...ref, name: `\u0001${ref.name}` } : canonicalPath(paths, ref)),

    async [Symbol.asyncDispose]() {
      closing ??= close();
      return closing;
    },

    ...(options.leases && { hold: (ref: SecretRef, version: string) => leases.hold(ref, version) }),

    ...listing(),
    ...(kvVersion !== 1 && comparing()),
  };
  return Object.freeze(provider);

  async function close(): Promise<void> {
    try {
      await leases.close();
    } finally {
      await login.close();
    }
  }

  /** Also between the requests of one call. */
  function refuseIfClosed(): void {
    if (closing) throw closedError();
  }

  function listing(): Pick<SecretProvider, 'list'> {
    const { before } = paths;
    if (!before) return {};
    return {
      async list({ scope, cursor, limit = pageSize }, { signal }) {
        refuseIfClosed();
        const start = before(scope);
        if (start === undefined) return { refs: [] };
        const page = await listNames({
          keys: kv.keys,
          start,
          cursor,
          limit: Math.min(limit, pageSize),
          isRecursive: recursive,
          isPart,
          signal,
        });
        const refs = page.names.map((each) => ({ name: each, ...(scope && { scope }) }));
        return { refs, ...(page.cursor !== undefined && { cursor: page.cursor }) };
      },
    };
  }

  function comparing(): Required<Pick<SecretProvider, 'compareAndSet' | 'listVersions'>> {
    return {
      async compareAndSet(ref, secret, expected, { signal }) {
        refuseIfClosed();
        if (leases.has(ref)) refuseWrite();
        refuseExpiry(secret.expiresAt);
        const path = paths.place(ref);
        const data = dataOf(secret, key);
        await kv.requireVersions(signal);
        const found = await kv.read(path, undefined, signal);
        const emptyVersion = found?.secret ? undefined : found?.emptyVersion;
        // The engine would compare the number of a deleted version, too.
        const isGone = expected !== undefined && emptyVersion !== undefined;
        if (isGone || (expected !== undefined && !isVersion(expected))) {
          throw new SecretError('conflict', 'the secret does not have this version. Read it again.');
        }
        const version = await kv.write(path, data, Number(expected ?? emptyVersion ?? 0), signal);
        return { version: version ?? '' }; // the engine has versions
      },

      async listVersions(ref, { signal }) {
        refuseIfClosed();
        if (leases.has(ref)) return []; // none can be chosen
        const path = paths.find(ref);
        if (path === undefined) return [];
        await kv.requireVersions(signal);
        return kv.versions(path, signal);
      },
    };
  }
}

function refuseExpiry(expiresAt: Date | undefined): void {
  if (!expiresAt) return;
  throw new SecretError(
    'unsupported',
    'the engine has no expiry for one write. Omit expiresAt, and set delete_version_after of the secret.',
  );
}

function isPart(listed: string): boolean {
  try {
    return segmentsOf(listed.replace(/\/$/, '')).length === 1;
  } catch {
    return false; // no ref can name it
  }
}
