import { describeProvider, type FaultName, type Harness, saveReports } from '@secretkit/conformance';
import type { SecretRef, SecretScope } from '@secretkit/core/provider';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { hangs, serverFaults } from '../test/faults.js';
import { hasOpenBao, type OpenBao, startOpenBao } from '../test/openbao.js';
import { startVaultProxy } from '../test/vault-proxy.js';
import type { VaultSecretsOptions } from './vault-options.js';
import { vaultSecrets } from './vault-secrets.js';

const faults = [...Object.keys(serverFaults), 'refused'] as FaultName[]; // keys() has wider types
const key = 'value';

describe.skipIf(!hasOpenBao)('on OpenBao', () => {
  let bao: OpenBao;
  let cases = 0;

  beforeAll(async () => {
    bao = await startOpenBao();
    const post = (path: string, body: object) => bao.ask({ method: 'POST', path, body });
    await post('sys/mounts/kit1', { type: 'kv', options: { version: '1' } });
    await post('sys/mounts/kit2', { type: 'kv', options: { version: '2' } });
  }, 120_000);
  afterAll(() => bao?.close());

  /** Each case has a folder of its own, and a proxy that counts its requests. */
  function harness(
    kvVersion: 1 | 2,
    makeOptions: (folder: string) => Partial<VaultSecretsOptions>,
    scopes: readonly (keyof SecretScope)[] = [],
  ): Harness {
    return {
      traits: { scopes, textOnly: true, isName, faults, hangs: true },
      async open() {
        cases += 1;
        const folder = `case-${cases}`;
        const proxy = await startVaultProxy(bao.url);
        const mount = `kit${kvVersion}`;
        const place = kvVersion === 1 ? mount : `${mount}/data`;
        const pathOf = (ref: SecretRef): string =>
          `${place}/${placeOf(folder, ref).split('/').map(encodeURIComponent).join('/')}`;
        return {
          provider: vaultSecrets({
            address: proxy.url,
            mount,
            kvVersion,
            key,
            token: bao.rootToken,
            ...makeOptions(folder),
          }),
          credential: bao.rootToken,
          now: () => Date.now(),
          advance: () => undefined, // nothing expires
          calls: () => proxy.requests.length,
          async put(ref, value) {
            const data = { [key]: value };
            await bao.ask({ method: 'POST', path: pathOf(ref), body: kvVersion === 1 ? data : { data } });
          },
          async remove(ref) {
            await bao.ask({ method: 'DELETE', path: pathOf(ref) });
          },
          async fault(name) {
            proxy.fault = serverFaults[name];
            if (name === 'refused') await proxy.close();
          },
          hang() {
            proxy.fault = hangs;
          },
          pending: () => proxy.pending,
          loseWrite: (moment) => proxy.loseWrite(moment),
          close: () => proxy.close(),
        };
      },
    };
  }

  const inFolder = (folder: string) => ({ prefix: `${folder}/` });
  const scoped = (folder: string) => ({ name: (ref: SecretRef) => placeOf(folder, ref) });

  const harnesses: Readonly<Record<string, Harness>> = {
    'vault, KV version 1 on OpenBao': harness(1, inFolder),
    'vault, KV version 2 on OpenBao': harness(2, inFolder),
    'vault, KV version 2 on OpenBao with scopes': harness(2, scoped, ['account', 'user']),
  };
  const onReport = saveReports(new URL('../../../.cache/conformance/', import.meta.url));
  for (const [name, each] of Object.entries(harnesses))
    describeProvider(name, each, { describe, it }, { onReport });
});

/** Where a secret is: the scopes have folders of their own. */
function placeOf(folder: string, { name, scope: { account, user } = {} }: SecretRef): string {
  if (account === undefined && user === undefined) return `${folder}/${name}`;
  return `${folder}-scoped/${encodeURIComponent(account ?? '-')}/${encodeURIComponent(user ?? '-')}/${name}`;
}

function isName(name: string): boolean {
  return name.split('/').every((part) => part !== '' && !/^(\.|%2e){1,2}$/i.test(part));
}
