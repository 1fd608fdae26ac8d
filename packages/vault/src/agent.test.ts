import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecrets } from '@secretkit/core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { hasOpenBao, type OpenBao, program, startOpenBao } from '../test/openbao.js';
import { nodeFetch, textFile } from './node.js';
import { vaultSecrets } from './vault-secrets.js';

describe.skipIf(!hasOpenBao)('an agent that listens on a UNIX socket', () => {
  const folder = mkdtempSync(join(tmpdir(), 'secretkit-agent-'));
  const [socketPath, sink] = [join(folder, 'agent.sock'), join(folder, 'token')];
  let bao: OpenBao;
  let end = (): void => undefined;

  beforeAll(async () => {
    bao = await startOpenBao();
    const post = (path: string, body: object) => bao.ask({ method: 'POST', path, body });
    await post('sys/mounts/kv', { type: 'kv', options: { version: '2' } });
    await post('kv/data/app/read', { data: { value: 'CANARY' } });
    await post('sys/policies/acl/reader', { policy: 'path "kv/data/app/*" { capabilities = ["read"] }' });
    await post('sys/auth/approle', { type: 'approle' });
    await post('auth/approle/role/app', { token_policies: 'reader', token_ttl: '1h' });
    const { data: role } = await bao.ask('auth/approle/role/app/role-id');
    const { data: made } = await post('auth/approle/role/app/secret-id', {});
    writeFileSync(join(folder, 'role-id'), role['role_id'] ?? '');
    writeFileSync(join(folder, 'secret-id'), made['secret_id'] ?? '');
    writeFileSync(
      join(folder, 'agent.hcl'),
      `vault { address = "${bao.url}" }
       auto_auth {
         method "approle" {
           config = { role_id_file_path = "${folder}/role-id", secret_id_file_path = "${folder}/secret-id" }
         }
         sink "file" { config = { path = "${sink}" } }
       }
       api_proxy { use_auto_auth_token = true }
       listener "unix" {
         address = "${socketPath}"
         tls_disable = true
         require_request_header = true
       }`,
    );
    const agent = spawn(program, ['proxy', `-config=${join(folder, 'agent.hcl')}`], { stdio: 'ignore' });
    end = () => void agent.kill('SIGKILL');
    process.once('exit', end);
  }, 120_000);

  afterAll(async () => {
    end();
    await bao?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('adds its token to the requests, which are as those to a server', async () => {
    const provider = vaultSecrets({
      address: 'http://localhost',
      mount: 'kv',
      key: 'value',
      fetch: nodeFetch({ socketPath }),
    });
    const secrets = createSecrets(provider);
    await vi.waitFor(async () => expect((await secrets.require('app/read')).reveal()).toBe('CANARY'), 60_000);
    expect(await secrets.get('app/none')).toBeUndefined();
    await expect(secrets.get('other')).rejects.toMatchObject({ code: 'permission_denied' });
  }, 120_000);

  it('keeps a file with its token, which the provider reads for each request', async () => {
    const secrets = createSecrets(
      vaultSecrets({ address: bao.url, mount: 'kv', key: 'value', token: textFile(sink) }),
    );
    await vi.waitFor(async () => expect((await secrets.require('app/read')).reveal()).toBe('CANARY'), 60_000);
  }, 120_000);
});
