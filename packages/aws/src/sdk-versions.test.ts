import { SecretsManager } from '@aws-sdk/client-secrets-manager';
import { SSM } from '@aws-sdk/client-ssm';
import { createSecrets } from '@secretkit/core';
import { SecretsManager as FirstSecretsManager } from 'client-secrets-manager-3.600';
import { SSM as FirstSSM } from 'client-ssm-3.600';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startAwsServer } from '../test/aws-server.js';
import { answers, fails, hangs } from '../test/faults.js';
import { parameterStoreBackend } from '../test/parameter-store-backend.js';
import { secretsManagerBackend } from '../test/secrets-manager-backend.js';
import { errorOf } from '../test/setup.js';
import { parameterStoreSecrets } from './parameter-store/index.js';
import { secretsManagerSecrets } from './secrets-manager/index.js';

const settings = { region: 'eu-central-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } };

/** A provider on the SDK's client of a version, by the version. */
const providers = {
  'Secrets Manager, 3.600': (endpoint: string, maxAttempts: number) =>
    secretsManagerSecrets({ client: new FirstSecretsManager({ ...settings, endpoint, maxAttempts }) }),
  'Secrets Manager, current': (endpoint: string, maxAttempts: number) =>
    secretsManagerSecrets({ client: new SecretsManager({ ...settings, endpoint, maxAttempts }) }),
  'Parameter Store, 3.600': (endpoint: string, maxAttempts: number) =>
    parameterStoreSecrets({ client: new FirstSSM({ ...settings, endpoint, maxAttempts }), prefix: '/' }),
  'Parameter Store, current': (endpoint: string, maxAttempts: number) =>
    parameterStoreSecrets({ client: new SSM({ ...settings, endpoint, maxAttempts }), prefix: '/' }),
} as const;

// The first and the current version of the peer range.
describe.each(Object.entries(providers))('%s', (name, provide) => {
  async function setUp(maxAttempts = 1) {
    const backend = name.startsWith('Secrets') ? secretsManagerBackend() : parameterStoreBackend();
    const server = await startAwsServer(backend.answer);
    onTestFinished(() => server.close());
    return { server, secrets: createSecrets(provide(server.url, maxAttempts)) };
  }

  it('writes, reads, lists and deletes', async () => {
    const { secrets } = await setUp();
    await secrets.set('a', 'first');
    const { version = '' } = await secrets.set('a', 'second');
    await secrets.set('b', 'of b');
    const { a, b, c } = await secrets.getMany({ a: 'a', b: 'b', c: 'c' });
    expect([a?.reveal(), b?.reveal(), c]).toEqual(['second', 'of b', undefined]);
    expect((await secrets.require({ name: 'a', version })).reveal()).toBe('second');
    expect(await secrets.listVersions('a')).toHaveLength(2);
    await secrets.delete('a');
    expect(await secrets.get('a')).toBeUndefined();
  });

  it.each([
    ['a throttle', fails('ThrottlingException', 400), 'rate_limited'],
    [
      'a denial with a namespace',
      answers(400, { __type: 'com.amazon#AccessDeniedException' }),
      'permission_denied',
    ],
    ['a status alone', answers(503, {}), 'unavailable'],
    ['a page of a proxy', answers(200, '<html>CANARY</html>', 'text/html'), 'unavailable'],
    ['an answer without a value', answers(200, {}), 'invalid_data'],
  ])('reports %s', async (_, fault, code) => {
    const { server, secrets } = await setUp();
    server.fault = fault;
    const error = await errorOf(() => secrets.get('a'));
    expect(error.code).toBe(code);
    expect(error.message).not.toContain('CANARY');
  });

  it('ends a request that is aborted', async () => {
    const { server, secrets } = await setUp();
    server.fault = hangs;
    const caller = new AbortController();
    const read = secrets.get('a', { signal: caller.signal });
    await expect.poll(() => server.pending).toBe(1);
    caller.abort('of the caller');
    await expect(read).rejects.toBe('of the caller');
    await expect.poll(() => server.pending).toBe(0);
  });

  it('is refused with more than one attempt', async () => {
    const { server, secrets } = await setUp(2);
    expect((await errorOf(() => secrets.get('a'))).message).toMatch(/up to 2 attempts/);
    expect(server.operations).toEqual([]);
  });
});
