import { generateKeyPairSync, sign } from 'node:crypto';
import { createSecrets, seal } from '@secretkit/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasOpenBao, type OpenBao, startOpenBao } from '../test/openbao.js';
import { startVaultProxy, type VaultProxy } from '../test/vault-proxy.js';
import { appRole, jwt } from './vault-auth.js';
import type { VaultSecretsOptions } from './vault-options.js';
import { vaultSecrets } from './vault-secrets.js';

describe.skipIf(!hasOpenBao)('on OpenBao', () => {
  let bao: OpenBao;
  let proxy: VaultProxy;

  const post = (path: string, body: object = {}) => bao.ask({ method: 'POST', path, body });

  beforeAll(async () => {
    bao = await startOpenBao();
    proxy = await startVaultProxy(bao.url);
    await post('sys/mounts/kv', { type: 'kv', options: { version: '2' } });
    await post('sys/mounts/team/old', { type: 'kv', options: { version: '1' } });
    await post('sys/mounts/transit', { type: 'transit' });
    await post('sys/policies/acl/reader', { policy: 'path "kv/data/app/*" { capabilities = ["read"] }' });
  }, 120_000);
  afterAll(async () => {
    await proxy?.close();
    await bao?.close();
  });

  function open(options: Partial<VaultSecretsOptions> = {}) {
    const token = options.auth ? {} : { token: bao.rootToken };
    return createSecrets(vaultSecrets({ address: proxy.url, mount: 'kv', ...token, ...options }));
  }

  async function requestsOf(run: () => Promise<unknown>): Promise<readonly string[]> {
    const before = proxy.requests.length;
    await run();
    return proxy.requests.slice(before).map(({ method, url }) => `${method} ${url}`);
  }

  const failure = (call: Promise<unknown>) => expect(call.then(() => 'none')).rejects;

  describe('a map', () => {
    it('is read as JSON with its version and date, and by field', async () => {
      await post('kv/data/app/db', { data: { user: 'a', port: 5432, password: 'CANARY' } });
      const secrets = open();
      const secret = await secrets.require('app/db');
      expect(JSON.parse(secret.reveal())).toEqual({ user: 'a', port: 5432, password: 'CANARY' });
      expect([secret.version, secret.createdAt]).toEqual(['1', expect.any(Date)]);
      const fields = await secrets.getMany({
        user: { name: 'app/db', field: 'user' },
        port: { name: 'app/db', field: 'port' },
        none: { name: 'app/db', field: 'none' },
      });
      expect([fields.user?.reveal(), fields.port?.reveal(), fields.none]).toEqual(['a', '5432', undefined]);
    });

    it('is written from a JSON object, and from nothing else', async () => {
      const secrets = open();
      await secrets.set('app/written', '{"a":1,"__proto__":"b","c":{"d":[null]}}');
      expect((await secrets.require('app/written')).reveal()).toBe(
        '{"__proto__":"b","a":1,"c":{"d":[null]}}',
      );
      for (const wrong of ['text', '5', '[1]', 'null', '"a"', '{"a":12345678901234567890}', '{']) {
        await failure(secrets.set('app/written', wrong)).toMatchObject({ code: 'invalid_argument' });
      }
      await failure(secrets.set('app/written', seal(new Uint8Array([0xff])))).toMatchObject({
        code: 'invalid_argument',
      });
      expect((await secrets.listVersions('app/written')).length).toBe(1);
    });

    it('with a number that is not exact, or without the key, is invalid_data, and quotes nothing', async () => {
      await bao.ask({ method: 'POST', path: 'kv/data/app/large', body: { data: { n: 2 ** 60 } } });
      await failure(open().get('app/large')).toMatchObject({ code: 'invalid_data' });
      await failure(open({ key: 'value' }).get('app/large')).toMatchObject({ code: 'invalid_data' });
      await failure(open({ key: 'toString' }).get('app/large')).toMatchObject({ code: 'invalid_data' });
    });

    it('that is too large for the storage is invalid_argument', async () => {
      const secrets = open({ key: 'value' });
      await failure(secrets.set('app/huge', 'x'.repeat(1_100_000))).toMatchObject({
        code: 'invalid_argument',
      });
      await secrets.set('app/big', '\u0001'.repeat(150_000)); // each character is escaped
      expect((await secrets.require('app/big')).reveal().length).toBe(150_000);
    });
  });

  describe('an absence', () => {
    it('is a name without a secret, or with a deleted or a destroyed version', async () => {
      const secrets = open();
      expect(await secrets.get('none')).toBeUndefined();
      for (const name of ['deleted', 'destroyed']) await post(`kv/data/${name}`, { data: { a: 'b' } });
      await bao.ask({ method: 'DELETE', path: 'kv/data/deleted' });
      await bao.ask({ method: 'PUT', path: 'kv/destroy/destroyed', body: { versions: [1] } });
      expect(await secrets.get('deleted')).toBeUndefined();
      expect(await secrets.get('destroyed')).toBeUndefined();
      expect(await secrets.get({ name: 'deleted', version: '1' })).toBeUndefined();
      expect(await secrets.get({ name: 'deleted', version: '-1' })).toBeUndefined();
      expect(await secrets.listVersions('destroyed')).toEqual([]);
    });

    it.each<[string, Partial<VaultSecretsOptions>, string, RegExp]>([
      ['no mount', { mount: 'nope', kvVersion: 2 }, 'unavailable', /mount and namespace/],
      ['no mount, and no version', { mount: 'nope' }, 'unavailable', /mount and namespace/],
      ['another engine', { mount: 'transit' }, 'unavailable', /not of the type kv/],
      ['no namespace', { namespace: 'nope' }, 'unavailable', /option namespace/],
      [
        'version 2 for an engine of version 1',
        { mount: 'team/old', kvVersion: 2 },
        'unavailable',
        /kvVersion/,
      ],
      ['version 1 for an engine of version 2', { kvVersion: 1 }, 'unavailable', /kvVersion/],
    ])('is not: %s', async (_, options, code, message) => {
      await failure(open(options).get('none')).toMatchObject({
        code,
        message: expect.stringMatching(message),
      });
    });

    it.each([undefined, 2] as const)(
      'is not: no mount, for a token that may not read there, which looks like a denial (kvVersion %s)',
      async (kvVersion) => {
        const { auth } = await post('auth/token/create', { policies: ['reader'] });
        const secrets = open({ mount: 'nope', token: auth.client_token, ...(kvVersion && { kvVersion }) });
        await failure(secrets.get('app/none')).toMatchObject({ code: 'permission_denied' });
      },
    );

    it('is confirmed once with the version of the engine, also for a token that may not ask for it', async () => {
      const secrets = open({ kvVersion: 2 });
      const question = 'GET /v1/sys/internal/ui/mounts/kv';
      expect(await requestsOf(() => secrets.get('none'))).toEqual(['GET /v1/kv/data/none', question]);
      expect(await requestsOf(() => secrets.get('none'))).toEqual(['GET /v1/kv/data/none']);
      const silent = open({ kvVersion: 2 });
      proxy.fault = (response, { url }) => {
        if (!url.startsWith('/v1/sys/')) return true;
        response.writeHead(403, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ errors: ['1 error occurred:\n\t* permission denied\n\n'] }));
        return false;
      };
      for (const expected of [['GET /v1/kv/data/none', question], ['GET /v1/kv/data/none']]) {
        expect(await requestsOf(async () => expect(await silent.get('none')).toBeUndefined())).toEqual(
          expected,
        );
      }
      proxy.fault = undefined;
    });
  });

  describe('the engine', () => {
    it('is asked for its version once, by all readers', async () => {
      for (const mount of ['kv', 'team/old']) {
        const secrets = open({ mount, key: 'value' });
        const names = Array.from({ length: 20 }, (_, at) => `none-${at}`);
        const requests = await requestsOf(() => Promise.all(names.map((name) => secrets.get(name))));
        expect(requests.filter((each) => each.includes('sys/'))).toEqual([
          `GET /v1/sys/internal/ui/mounts/${mount}`,
        ]);
        expect(requests).toHaveLength(21);
      }
    });

    it('of version 1 holds no versions, and its lease_duration does not count', async () => {
      const secrets = open({ mount: 'team/old', key: 'value' });
      expect(await secrets.set('a', 'CANARY')).toEqual({});
      const secret = await secrets.require('a');
      expect([secret.reveal(), secret.version, secret.expiresAt]).toEqual(['CANARY', undefined, undefined]);
      for (const call of [
        () => secrets.get({ name: 'a', version: '1' }),
        () => secrets.listVersions('a'),
        () => secrets.compareAndSet('a', 'new', undefined),
      ]) {
        await failure(call()).toMatchObject({ code: 'unsupported' });
      }
      expect(open({ mount: 'team/old', kvVersion: 1 } as object).can('compareAndSet')).toBe(false);
      await secrets.delete('a');
      expect(await secrets.get('a')).toBeUndefined();
    });

    it('gets at most maxRequests requests for secrets at a time', async () => {
      const secrets = open({ maxRequests: 3, kvVersion: 2 });
      const waiting: (() => void)[] = [];
      proxy.fault = (response) => {
        waiting.push(() => response.writeHead(404).end('{"errors":[]}'));
        return false;
      };
      const leaving = new AbortController();
      const read = Array.from({ length: 9 }, (_, at) =>
        secrets.get(`none-${at}`, at === 5 ? { signal: leaving.signal } : {}).catch(() => 'left'),
      );
      await expect.poll(() => waiting.length).toBe(3);
      leaving.abort();
      expect(await read[5]).toBe('left');
      expect(waiting.length).toBe(3);
      proxy.fault = undefined;
      for (const answer of waiting) answer();
      expect((await Promise.all(read)).filter((each) => each === undefined)).toHaveLength(8);
    });
  });

  describe('an expiry', () => {
    it('is the moment at which the engine deletes the version', async () => {
      await post('kv/metadata/expiring', { delete_version_after: '1h' });
      await post('kv/data/expiring', { data: { value: 'CANARY' } });
      const body = (await bao.ask('kv/metadata/expiring')) as unknown as {
        readonly data: { readonly versions: { readonly 1: { readonly deletion_time: string } } };
      };
      const expected = new Date(body.data.versions[1].deletion_time);
      expect((await open().require('expiring')).expiresAt).toEqual(expected);
      const [version] = await open().listVersions('expiring');
      expect(version).toMatchObject({ version: '1', expiresAt: expected });
      expect(await open({ now: () => expected.getTime() - 1 }).get('expiring')).toBeDefined();
      expect(await open({ now: () => expected.getTime() }).get('expiring')).toBeUndefined();
    });

    it('of a write is unsupported, before any request', async () => {
      const requests = await requestsOf(async () => {
        const expiresAt = new Date(Date.now() + 60_000);
        await failure(open({ key: 'value' }).set('a', 'CANARY', { expiresAt })).toMatchObject({
          code: 'unsupported',
        });
      });
      expect(requests).toEqual([]);
    });
  });

  describe('a write that compares', () => {
    it('creates a secret over a deleted one, and over one that is empty', async () => {
      const secrets = open({ key: 'value' });
      await post('kv/data/again', { data: { value: 'CANARY' } });
      await bao.ask({ method: 'DELETE', path: 'kv/data/again' });
      expect(await secrets.compareAndSet('again', 'new', undefined)).toEqual({ version: '2' });
      await failure(secrets.compareAndSet('again', 'other', undefined)).toMatchObject({ code: 'conflict' });
      await post('kv/data/empty', { data: { value: '' } });
      expect(await secrets.compareAndSet('empty', 'new', undefined)).toEqual({ version: '2' });
      await failure(secrets.compareAndSet('empty', 'new', '02')).toMatchObject({ code: 'conflict' });
    });

    it('is required for a secret with cas_required', async () => {
      await post('kv/metadata/careful', { cas_required: true });
      const secrets = open({ key: 'value' });
      await failure(secrets.set('careful', 'CANARY')).toMatchObject({
        code: 'invalid_argument',
        message: expect.stringContaining('compareAndSet'),
      });
      expect(await secrets.compareAndSet('careful', 'CANARY', undefined)).toEqual({ version: '1' });
    });
  });

  describe('a delete', () => {
    it('can be undone, unless it removes all', async () => {
      const secrets = open({ key: 'value' });
      for (const value of ['one', 'two']) await secrets.set('gone', value);
      await secrets.delete('gone');
      expect(await secrets.listVersions('gone')).toEqual([]);
      await post('kv/undelete/gone', { versions: [1, 2] });
      expect((await secrets.require('gone')).reveal()).toBe('two');
      await open({ key: 'value', delete: 'all' }).delete('gone');
      expect((await bao.send({ path: 'kv/metadata/gone' })).status).toBe(404);
      expect(await secrets.set('gone', 'new')).toEqual({ version: '1' });
    });
  });

  describe('a list', () => {
    const inFolders = ['B', 'a', 'a-b', 'a/1', 'a/2/x', 'a/2/y', 'a0', 'b', 'c/x/1', 'z', 'é', '｡', '😀'];

    it.each(['kv', 'team/old'])('of %s has the names in folders, over pages of any size', async (mount) => {
      const secrets = open({ mount, key: 'value' });
      for (const name of inFolders) await secrets.set(`list/${name}`, 'CANARY');
      await secrets.set('list2', 'CANARY');
      for (const limit of [1, 2, 3, 5, 100]) {
        const provider = vaultSecrets({ address: proxy.url, mount, token: bao.rootToken, prefix: 'list/' });
        const names: string[] = [];
        let cursor: string | undefined;
        do {
          const page = await provider.list({ limit, ...(cursor !== undefined && { cursor }) }, {});
          names.push(...page.refs.map(({ name }) => name));
          cursor = page.cursor;
        } while (cursor !== undefined);
        expect(names).toHaveLength(inFolders.length);
        expect(new Set(names)).toEqual(new Set(inFolders));
      }
      const direct = vaultSecrets({
        address: proxy.url,
        mount,
        token: bao.rootToken,
        prefix: 'list/',
        recursive: false,
      });
      expect((await direct.list({}, {})).refs.map(({ name }) => name).sort()).toEqual(
        inFolders.filter((name) => !name.includes('/')).sort(),
      );
    });

    it('of a prefix that ends within a name, and of a template', async () => {
      for (const name of ['part/ap', 'part/app']) await open({ key: 'value' }).set(name, 'CANARY');
      await open({ key: 'value' }).set('part/app-one', 'CANARY');
      await open({ key: 'value' }).set('part/app/two', 'CANARY');
      await open({ key: 'value' }).set('part/other', 'CANARY');
      const names = async (options: { prefix?: string; name?: string }, scope?: { account: string }) => {
        const provider = vaultSecrets({ address: proxy.url, mount: 'kv', token: bao.rootToken, ...options });
        return (await provider.list(scope ? { scope } : {}, {})).refs;
      };
      expect(await names({ prefix: 'part/app' })).toEqual([{ name: '-one' }, { name: '/two' }]);
      expect(await names({ prefix: 'part/app/' })).toEqual([{ name: 'two' }]);
      expect(await names({ name: '{account}/{name}' }, { account: 'part' })).toHaveLength(5);
      expect(await names({ name: '{account}/{name}' })).toEqual([]);
    });
  });

  it.each([
    '../x',
    'a/../../x',
    './x',
    'a/.',
    'a//x',
    '/x',
    'x/',
    '%2e%2e/x',
    '%252E./x',
    'a%2f..%2fx',
    'a\\..\\x',
  ])('the name %s is invalid_argument before any request, for reads and writes', async (name) => {
    const secrets = open({ key: 'value' });
    const requests = await requestsOf(async () => {
      await failure(secrets.get(name)).toMatchObject({ code: 'invalid_argument' });
      await failure(secrets.set(name, 'CANARY')).toMatchObject({ code: 'invalid_argument' });
      await failure(secrets.delete(name)).toMatchObject({ code: 'invalid_argument' });
      await failure(secrets.listVersions(name)).toMatchObject({ code: 'invalid_argument' });
      await failure(secrets.compareAndSet(name, 'CANARY', undefined)).toMatchObject({
        code: 'invalid_argument',
      });
    });
    expect(requests).toEqual([]);
  });

  describe('a login', () => {
    beforeAll(async () => {
      await post('kv/data/app/read', { data: { value: 'CANARY' } });
      await post('sys/auth/approle', { type: 'approle' });
      await post('auth/approle/role/app', { token_policies: 'reader', token_ttl: '1h' });
    });

    const roleId = async () => (await bao.ask('auth/approle/role/app/role-id')).data['role_id'] ?? '';
    const secretId = async () => (await post('auth/approle/role/app/secret-id')).data['secret_id'] ?? '';

    it('by AppRole reads, is denied what no policy allows, and is made anew when its token was revoked', async () => {
      const secrets = open({
        key: 'value',
        auth: appRole({ roleId: await roleId(), secretId: await secretId() }),
      });
      expect((await secrets.require('app/read')).reveal()).toBe('CANARY');
      await failure(secrets.get('other')).toMatchObject({ code: 'permission_denied' });
      const token = proxy.requests.at(-1)?.headers['x-vault-token'] as string;
      await post('auth/token/revoke', { token });
      const requests = await requestsOf(() =>
        Promise.all([secrets.get('app/read'), secrets.get('app/none')]),
      );
      expect(requests.filter((each) => each.includes('login'))).toHaveLength(1);
    });

    it('gets a change of the policies of its role', async () => {
      await post('auth/approle/role/later', { token_policies: 'default', token_ttl: '1h' });
      const id = (await bao.ask('auth/approle/role/later/role-id')).data['role_id'] ?? '';
      const { data } = await post('auth/approle/role/later/secret-id');
      const auth = appRole({ roleId: id, secretId: data['secret_id'] ?? '' });
      const secrets = open({ key: 'value', kvVersion: 2, auth });
      await failure(secrets.get('app/read')).toMatchObject({ code: 'permission_denied' });
      const patient = open({ key: 'value', kvVersion: 2, auth });
      await failure(patient.get('app/none-yet')).toMatchObject({ code: 'permission_denied' });
      await post('auth/approle/role/later', { token_policies: 'reader', token_ttl: '1h' });
      const fresh = open({ key: 'value', kvVersion: 2, auth });
      expect((await fresh.require('app/read')).reveal()).toBe('CANARY');
    });

    it('with a wrapped secret id succeeds once', async () => {
      const response = await fetch(`${bao.url}/v1/auth/approle/role/app/secret-id`, {
        method: 'POST',
        headers: { 'x-vault-token': bao.rootToken, 'x-vault-wrap-ttl': '60' },
      });
      const wrapping = ((await response.json()) as { wrap_info: { token: string } }).wrap_info.token;
      const make = async () =>
        open({ key: 'value', auth: appRole({ roleId: await roleId(), wrappedSecretId: wrapping }) });
      expect((await (await make()).require('app/read')).reveal()).toBe('CANARY');
      await failure((await make()).get('app/read')).toMatchObject({ code: 'unauthenticated' });
    });

    it('with a wrong secret id is unauthenticated', async () => {
      const secrets = open({ auth: appRole({ roleId: await roleId(), secretId: 'CANARY-wrong' }) });
      await failure(secrets.get('app/read')).toMatchObject({ code: 'unauthenticated' });
    });

    it('by a JWT reads, and one that has expired is unauthenticated', async () => {
      const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      await post('sys/auth/jwt', { type: 'jwt' });
      const pem = publicKey.export({ type: 'spki', format: 'pem' });
      await post('auth/jwt/config', { jwt_validation_pubkeys: [pem], jwt_supported_algs: ['ES256'] });
      await post('auth/jwt/role/app', {
        role_type: 'jwt',
        user_claim: 'sub',
        bound_audiences: 'openbao',
        token_policies: 'reader',
      });
      const tokenOf = (exp: number): string => {
        const parts = [{ alg: 'ES256' }, { sub: 'an-app', aud: 'openbao', iat: exp - 3_600, exp }].map(
          (part) => Buffer.from(JSON.stringify(part)).toString('base64url'),
        );
        const text = parts.join('.');
        const signature = sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' });
        return `${text}.${signature.toString('base64url')}`;
      };
      const seconds = Math.floor(Date.now() / 1_000);
      const make = (exp: number) =>
        open({ key: 'value', auth: jwt({ jwt: () => tokenOf(exp), role: 'app' }) });
      expect((await make(seconds + 600).require('app/read')).reveal()).toBe('CANARY');
      await failure(make(seconds - 600).get('app/read')).toMatchObject({ code: 'unauthenticated' });
    });

    it('in a namespace reads the engine of that namespace', async () => {
      await post('sys/namespaces/tenant');
      const inTeam = (path: string, body: object) =>
        bao.ask({ method: 'POST', path, body, namespace: 'tenant' });
      await inTeam('sys/mounts/kv', { type: 'kv', options: { version: '2' } });
      await inTeam('kv/data/app/read', { data: { value: 'CANARY of team' } });
      const secrets = open({ key: 'value', namespace: 'tenant' });
      expect((await secrets.require('app/read')).reveal()).toBe('CANARY of team');
      expect((await open({ key: 'value' }).require('app/read')).reveal()).toBe('CANARY');
    });

    it('is revoked when the client is closed', async () => {
      const secrets = open({
        key: 'value',
        auth: appRole({ roleId: await roleId(), secretId: await secretId() }),
      });
      await secrets.require('app/read');
      const token = proxy.requests.at(-1)?.headers['x-vault-token'] as string;
      const lookup = () => bao.send({ path: 'auth/token/lookup-self', token });
      expect((await lookup()).status).toBe(200);
      await secrets.close();
      expect((await lookup()).status).toBe(403);
    });
  });

  it('while it is sealed, or does not run, it is unavailable, and reads again afterwards', async () => {
    const secrets = open({ key: 'value', address: bao.url, kvVersion: 2 });
    await post('kv/data/outage', { data: { value: 'CANARY' } });
    await bao.seal();
    await failure(secrets.get('outage')).toMatchObject({ code: 'unavailable', details: { status: 503 } });
    await bao.unseal();
    expect((await secrets.require('outage')).reveal()).toBe('CANARY');
    await bao.kill();
    await failure(secrets.get('outage')).toMatchObject({ code: 'unavailable' });
    await bao.start();
    expect((await secrets.require('outage')).reveal()).toBe('CANARY');
  }, 120_000);
});
