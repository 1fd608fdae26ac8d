import { createSecrets, seal } from '@secretkit/core';
import { isSecretError } from '@secretkit/core/provider';
import { describe, expect, it } from 'vitest';
import { appRole } from './vault-auth.js';
import { type VaultSecrets, vaultSecrets } from './vault-secrets.js';

const levels = 100_000; // JSON.parse reads it, and JSON.stringify and recursion end in a RangeError
const deep = '[['.repeat(levels / 2) + ']]'.repeat(levels / 2);

const mounted = '{"data":{"type":"kv","options":{"version":"2"}}}';

/** A provider whose server answers each request with the text for its path, or with an empty object. */
function setUp(answers: Readonly<Record<string, string>>, { status = 200, ...options } = {}) {
  const requests: string[] = [];
  const fetch: typeof globalThis.fetch = async (url) => {
    const path = new URL(String(url)).pathname.replace('/v1/', '');
    requests.push(path);
    const text = answers[path] ?? (path.startsWith('sys/internal') ? mounted : '{}');
    return new Response(text, { status: answers[path] === undefined ? 200 : status });
  };
  const provider = vaultSecrets({
    address: 'https://vault.example',
    mount: 'kv',
    kvVersion: 2,
    leases: ['database/creds'],
    fetch,
    ...('auth' in options ? {} : { token: 'CANARY-given' }),
    ...options,
  });
  return { provider, requests };
}

function outcomeOf(run: Promise<unknown>): Promise<string> {
  return run.then(
    () => 'done',
    (error: unknown) => (isSecretError(error) ? error.code : String(error)),
  );
}

type Run = (provider: VaultSecrets) => Promise<unknown>;

const get: Run = (provider) => createSecrets(provider).get('a');
const list: Run = (provider) => provider.list?.({}, {}) ?? Promise.reject(new Error('no list'));
const leased: Run = (provider) => createSecrets(provider).get('database/creds/app');
const lease = `{"lease_id":"database/creds/app/1","lease_duration":60,"data":{"password":${deep}}}`;

describe('JSON that is nested too deep', () => {
  it.each<[string, Readonly<Record<string, string>>, Run, string, object?]>([
    ['in a secret', { 'kv/data/a': `{"data":{"data":{"a":${deep}}}}` }, get, 'invalid_data'],
    ['in a secret of version 1', { 'kv/a': `{"data":{"a":${deep}}}` }, get, 'invalid_data', { kvVersion: 1 }],
    ['under the key', { 'kv/data/a': `{"data":{"data":{"a":${deep}}}}` }, get, 'invalid_data', { key: 'a' }],
    ['in place of a secret', { 'kv/data/a': deep }, get, 'invalid_data'],
    ['in a leased secret', { 'database/creds/app': lease }, leased, 'invalid_data'],
    ['in place of names', { 'kv/metadata': `{"data":{"keys":${deep}}}` }, list, 'invalid_data'],
    [
      'in the versions',
      { 'kv/metadata/a': `{"data":{"versions":{"1":${deep}}}}` },
      (provider) => createSecrets(provider).listVersions('a'),
      'done',
    ],
    [
      'in the version of the mount',
      { 'sys/internal/ui/mounts/kv': `{"data":${deep}}` },
      get,
      'unavailable',
      { kvVersion: undefined },
    ],
    [
      'in the answer to a login',
      { 'auth/approle/login': `{"auth":${deep}}` },
      get,
      'invalid_data',
      { auth: appRole({ roleId: 'a' }) },
    ],
    ['in a failed request', { 'kv/data/a': `{"errors":${deep}}` }, get, 'invalid_argument', { status: 400 }],
    ['in a denial', { 'kv/data/a': `{"errors":${deep}}` }, get, 'permission_denied', { status: 403 }],
    ['in an absence', { 'kv/data/a': `{"errors":[],"data":${deep}}` }, get, 'done', { status: 404 }],
  ])('%s has a code', async (_, answers, run, expected, options = {}) => {
    const { provider } = setUp(answers, options);
    expect(await outcomeOf(run(provider as VaultSecrets))).toBe(expected);
  });

  it('revokes a leased account that it cannot hand on', async () => {
    const { provider, requests } = setUp({ 'database/creds/app': lease });
    await outcomeOf(leased(provider));
    expect(requests).toContain('sys/leases/revoke');
  });

  it('is refused in a value to write, before any request', async () => {
    const { provider, requests } = setUp({});
    const value = seal(`{"a":${deep}}`);
    expect(await outcomeOf(provider.set({ name: 'a' }, value, {}))).toBe('invalid_argument');
    const compared = (provider as VaultSecrets).compareAndSet({ name: 'a' }, value, undefined, {});
    expect(await outcomeOf(compared)).toBe('invalid_argument');
    expect(requests).toEqual([]);
  });
});

it('a secret with a hundred levels is read and written', async () => {
  const nested = `${'{"a":'.repeat(100)}1${'}'.repeat(100)}`;
  const { provider } = setUp({ 'kv/data/a': `{"data":{"data":${nested},"version":1}}` });
  expect((await createSecrets(provider).require('a')).reveal()).toBe(nested);
  expect(await outcomeOf(provider.set({ name: 'a' }, seal(nested), {}))).toBe('done');
});
