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

  const bao = { BAO_ADDR: 'https://bao.example', BAO_TOKEN: 'CANARY-of-bao', BAO_NAMESPACE: 'bao' };
  const vault = { VAULT_ADDR: 'https://vault.example', VAULT_TOKEN: 'CANARY-of-vault', VAULT_NAMESPACE: 'v' };
  const { BAO_ADDR, BAO_TOKEN } = bao;
  const { VAULT_ADDR, VAULT_TOKEN } = vault;

  it.each<[string, Readonly<Record<string, string>>, string, (string | undefined)?, (string | null)?]>([
    ['vault:///secret', { BAO_ADDR, BAO_TOKEN }, 'bao.example', 'CANARY-of-bao', null],
    ['vault:///secret', vault, 'vault.example', 'CANARY-of-vault', 'v'],
    ['vault:///secret', { ...bao, ...vault }, 'bao.example', 'CANARY-of-bao', 'bao'],
    ['vault:///secret', { BAO_ADDR, ...vault }, 'bao.example', undefined, null],
    ['vault:///secret', { VAULT_ADDR, ...bao, BAO_ADDR: '' }, 'refused'],
    ['vault:///secret', { BAO_ADDR, VAULT_TOKEN }, 'refused'],
    ['vault:///secret', { VAULT_ADDR, BAO_TOKEN }, 'refused'],
    ['vault://vault.example/secret', { ...bao, ...vault }, 'vault.example', 'CANARY-of-vault', 'v'],
    ['vault://bao.example/secret', { ...bao, ...vault }, 'bao.example', 'CANARY-of-bao', 'bao'],
    ['vault://vault.example/secret', { VAULT_ADDR, ...bao }, 'vault.example', undefined, null],
    ['vault://bao.example/secret', { BAO_ADDR, VAULT_TOKEN }, 'refused'],
    ['vault://bao.example:8200/secret', bao, 'refused'],
    ['vault://other.example/secret', bao, 'refused'],
    ['vault://other.example/secret', { ...bao, ...vault }, 'refused'],
    ['vault://other.example/secret', { BAO_ADDR, ...vault }, 'refused'],
    [
      'vault://other.example/secret',
      { BAO_ADDR, BAO_TOKEN, VAULT_TOKEN },
      'other.example',
      'CANARY-of-vault',
      null,
    ],
    ['vault://other.example/secret', { BAO_TOKEN, VAULT_TOKEN }, 'other.example', 'CANARY-of-bao', null],
    ['vault://other.example/secret', { VAULT_TOKEN }, 'other.example', 'CANARY-of-vault', null],
    ['vault://other.example/secret', { VAULT_ADDR: 'CANARY', VAULT_TOKEN }, 'refused'],
    [
      'vault://other.example/secret',
      { BAO_NAMESPACE: 'bao', VAULT_TOKEN },
      'other.example',
      'CANARY-of-vault',
      'bao',
    ],
    ['vault:///secret', { BAO_ADDR, BAO_TOKEN, VAULT_NAMESPACE: 'v' }, 'bao.example', 'CANARY-of-bao', 'v'],
    [
      'vault:///secret',
      { BAO_ADDR, VAULT_ADDR: BAO_ADDR, VAULT_TOKEN },
      'bao.example',
      'CANARY-of-vault',
      null,
    ],
    ['vault:///secret?namespace=own', bao, 'bao.example', 'CANARY-of-bao', 'own'],
  ])('pairs the variables of one server: %s with %j', async (url, variables, host, token, namespace) => {
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
    const { vault: server, urls, open } = setUp();
    const withVersion = `${url}${url.includes('?') ? '&' : '?'}kvVersion=2`;
    if (host === 'refused') {
      const opened = open(withVersion);
      await expect(opened).rejects.toThrow(/(BAO|VAULT)_TOKEN/);
      await expect(opened).rejects.not.toThrow(/CANARY/);
      expect(server.requests).toEqual([]);
      return;
    }
    await (await open(withVersion)).get('a').catch(() => undefined); // the token may be unknown there
    expect(urls[0]).toBe(`https://${host}/v1/secret/data/a`);
    expect(server.requests[0]?.token).toBe(token);
    expect(server.requests[0]?.headers.get('x-vault-namespace')).toBe(namespace);
  });

  it.each(['CANARY', 'CANARY.example:8200', 'unix:///CANARY.sock'])(
    'refuses the address %s of a variable, by the name of the variable',
    async (address) => {
      const { vault: server, open } = setUp();
      vi.stubEnv('VAULT_ADDR', address);
      vi.stubEnv('VAULT_TOKEN', 'CANARY-given');
      const opened = open('vault:///secret');
      await expect(opened).rejects.toThrow(/VAULT_ADDR must be/);
      await expect(opened).rejects.not.toThrow(/CANARY/);
      expect(server.requests).toEqual([]);
    },
  );

  it('trusts the certificates of the variable that belongs to the server', async () => {
    vi.stubEnv('BAO_ADDR', 'https://bao.example');
    vi.stubEnv('BAO_CACERT', '/absent/bao.pem');
    vi.stubEnv('VAULT_ADDR', 'https://vault.example');
    const open = (url: string) => openProvider(url, [vaultOpener({ token: 'CANARY-given' })]);
    await expect(open('vault:///secret')).rejects.toThrow(/BAO_CACERT must hold certificates/);
    await expect(open('vault://vault.example/secret')).resolves.toMatchObject({ name: 'vault' });
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
      await expect(opened).rejects.toThrow(/VAULT_CACERT must hold certificates/);
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
