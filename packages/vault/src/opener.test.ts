import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openProvider } from '@secretkit/config';
import { createSecrets } from '@secretkit/core';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { fakeVault } from '../test/fake-vault.js';
import { kubernetes, textFile } from './node.js';
import { type VaultOpenerOptions, vaultOpener } from './opener.js';
import { appRole } from './vault-auth.js';

const variables = ['ADDR', 'TOKEN', 'NAMESPACE', 'CACERT'].flatMap((name) => [
  `BAO_${name}`,
  `VAULT_${name}`,
]);
beforeEach(() => {
  for (const name of variables) vi.stubEnv(name, undefined);
});

function setUp(options: VaultOpenerOptions = {}) {
  const vault = fakeVault(() => 0);
  const urls: string[] = [];
  const fetch: typeof globalThis.fetch = (url, init) => {
    urls.push(String(url));
    return vault.fetch(url, init);
  };
  const open = async (url: string) =>
    createSecrets(await openProvider(url, [vaultOpener({ fetch, ...options })]));
  return { vault, urls, open };
}

describe('vaultOpener', () => {
  it.each([
    ['vault://vault.example:8200/secret?kvVersion=2', 'https://vault.example:8200/v1/secret/data/a'],
    ['vault://vault.example/team/kv/?kvVersion=2&prefix=app/', 'https://vault.example/v1/team/kv/data/app/a'],
    ['vault://127.0.0.1:8200/secret?kvVersion=1&tls=false', 'http://127.0.0.1:8200/v1/secret/a'],
    ['vault:///secret?kvVersion=2&field=value', 'https://of-the-variable.example:8200/v1/secret/data/a'],
  ])('opens %s', async (url, expected) => {
    const { urls, open } = setUp({ token: 'CANARY-given' });
    vi.stubEnv('VAULT_ADDR', 'https://of-the-variable.example:8200/');
    const secrets = await open(url);
    const secret = await secrets.require('a');
    expect(urls).toEqual([expected]);
    expect(secret.reveal()).toContain('a value');
  });

  it('takes a template', async () => {
    const { urls, open } = setUp({ token: 'CANARY-given' });
    const secrets = await open('vault://vault.example/secret?kvVersion=2&name=apps/{account}/{name}');
    await secrets.get({ name: 'a', scope: { account: 'acct_1' } });
    expect(urls).toEqual(['https://vault.example/v1/secret/data/apps/acct_1/a']);
  });

  it('reads the token and the namespace of the environment, those of OpenBao first', async () => {
    const { vault, open } = setUp();
    vi.stubEnv('VAULT_ADDR', 'https://vault.example');
    vi.stubEnv('VAULT_TOKEN', 'CANARY-other');
    vi.stubEnv('BAO_TOKEN', 'CANARY-given');
    vi.stubEnv('VAULT_NAMESPACE', 'team');
    await (await open('vault:///secret?kvVersion=2')).get('a');
    await (await open('vault:///secret?kvVersion=2&namespace=other')).get('a');
    expect(vault.requests.map(({ token, headers }) => [token, headers.get('x-vault-namespace')])).toEqual([
      ['CANARY-given', 'team'],
      ['CANARY-given', 'other'],
    ]);
  });

  it('sends the token of the environment to no other server than that of the environment', async () => {
    const { vault, open } = setUp();
    vi.stubEnv('VAULT_ADDR', 'https://vault.example');
    vi.stubEnv('VAULT_TOKEN', 'CANARY-given');
    await expect(open('vault://other.example/secret')).rejects.toThrow(
      /must be that of BAO_ADDR or VAULT_ADDR/,
    );
    expect(vault.requests).toEqual([]);
  });

  it('logs in where an auth method is given, whatever the variables say', async () => {
    vi.stubEnv('VAULT_TOKEN', 'CANARY-given');
    const { vault, open } = setUp({ auth: appRole({ roleId: 'a-role' }) });
    await (await open('vault://vault.example/secret?kvVersion=2')).get('a');
    expect(vault.requests.map(({ token }) => token)).toEqual([undefined, 'CANARY-token-1']);
  });

  it('refuses a file without certificates, and one that is not there', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'secretkit-vault-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'ca.pem'), 'CANARY');
    for (const name of ['ca.pem', 'absent.pem']) {
      vi.stubEnv('VAULT_CACERT', join(folder, name));
      const opened = openProvider('vault://vault.example/secret', [vaultOpener({ token: 'CANARY-given' })]);
      await expect(opened).rejects.toThrow(/BAO_CACERT or VAULT_CACERT must hold certificates/);
    }
  });

  it.each([
    'vault://vault.example',
    'vault://vault.example/',
    'vault:///secret',
    'vault://user:CANARY@vault.example/secret',
    'vault://vault.example/secret?token=CANARY',
    'vault://vault.example/secret?kvVersion=CANARY',
    'vault://vault.example/secret?tls=CANARY',
    'vault://vault.example/a%20b',
    'vault://vault.example/secret?prefix=CANARY%20',
    'vault://vault.example/secret#CANARY',
    'vault://vault.example/secret?tls=false',
  ])('refuses %s before any request', async (url) => {
    const { vault, open } = setUp({ token: 'CANARY-given' });
    const opened = open(url);
    await expect(opened).rejects.toThrow(TypeError);
    await expect(opened).rejects.not.toThrow(/CANARY/);
    expect(vault.requests).toEqual([]);
  });

  it.each([
    [{ token: '' }, /token must be a text/],
    [{ scheme: 'VAULT:' }, /scheme/],
    [{ fetch: 'CANARY' }, /fetch must be a function/],
    [{ allowInsecure: 'CANARY' }, /allowInsecure/],
    [{ address: 'CANARY' }, /unknown option "address"/],
  ])('refuses the options %j', (options, message) => {
    expect(() => vaultOpener(options as never)).toThrow(message);
    expect(() => vaultOpener(options as never)).not.toThrow(/CANARY/);
  });
});

describe('/node', () => {
  it('reads a text from a file for each call', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'secretkit-vault-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const read = textFile(join(folder, 'token'));
    await expect(read()).rejects.toMatchObject({ code: 'unauthenticated' });
    writeFileSync(join(folder, 'token'), 'CANARY-given\n');
    expect(await read()).toBe('CANARY-given');
    writeFileSync(join(folder, 'token'), 'CANARY-other');
    expect(await read()).toBe('CANARY-other');
    expect(() => textFile('')).toThrow(TypeError);
  });

  it('reads dynamic secrets below the paths of the URL', async () => {
    const { vault, open } = setUp({ token: 'CANARY-given' });
    const secrets = await open('vault://vault.example/secret?kvVersion=2&leases=database/creds,aws/creds');
    await secrets.get('aws/creds/deploy');
    await secrets.get('database/creds/app');
    await secrets.get('a');
    const paths = vault.requests.map(({ path }) => path);
    expect(paths).toEqual(['aws/creds/deploy', 'database/creds/app', 'secret/data/a']);
  });

  it('logs in with the service account of a pod, whose token is read for each login', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'secretkit-vault-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'token'), 'CANARY-of-a-pod');
    const { vault, open } = setUp({
      auth: kubernetes({ role: 'app', jwt: textFile(join(folder, 'token')) }),
    });
    await (await open('vault://vault.example/secret?kvVersion=2')).get('a');
    expect(vault.requests[0]).toMatchObject({
      path: 'auth/kubernetes/login',
      body: { role: 'app', jwt: 'CANARY-of-a-pod' },
    });
    expect(() => kubernetes({} as never)).toThrow(/role/);
    await expect(
      kubernetes({ role: 'app' }).login({ signal: new AbortController().signal, unwrap: async () => ({}) }),
    ).rejects.toMatchObject({ code: 'unauthenticated' }); // this machine is not a pod
  });
});
