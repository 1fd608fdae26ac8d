import { createSecrets } from '@secretkit/core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parameterStoreClient, secretsManagerClient } from '../test/harness.js';
import { hasMoto, type Moto, startMoto } from '../test/moto.js';
import { parameterStoreSecrets } from './parameter-store/index.js';
import { secretsManagerSecrets } from './secrets-manager/index.js';

// The SDK's clients on moto itself, without a server of ours in between.
describe.skipIf(!hasMoto)('moto', () => {
  let moto: Moto;
  beforeAll(async () => {
    moto = await startMoto();
  });
  beforeEach(() => moto.reset());
  afterAll(() => moto.close());

  it('returns the date of the next rotation', async () => {
    const client = secretsManagerClient(moto.url);
    const secrets = createSecrets(secretsManagerSecrets({ client, readRotation: true }));
    await secrets.set('a', 'value');
    expect((await secrets.require('a')).refreshAt).toBeUndefined();
    await client.rotateSecret({
      SecretId: 'a',
      RotationRules: { AutomaticallyAfterDays: 10 },
      RotateImmediately: false,
    });
    const { refreshAt } = await secrets.require('a');
    const days = ((refreshAt?.getTime() ?? 0) - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(8);
    expect(days).toBeLessThan(12);
    client.destroy();
  });

  it('reads 45 secrets in three requests, in the order of the refs', async () => {
    const client = secretsManagerClient(moto.url);
    const secrets = createSecrets(secretsManagerSecrets({ client, prefix: 'app/' }));
    const names = Array.from({ length: 45 }, (_, at) => `secret-${at}`);
    for (const name of names) await secrets.set(name, `of ${name}`);
    const found = await secrets.getMany(Object.fromEntries(names.map((name) => [name, name])));
    expect(Object.values(found).map((secret) => secret?.reveal())).toEqual(names.map((name) => `of ${name}`));
    client.destroy();
  });

  it('reads a secret by its ARN, alone and in a batch', async () => {
    const client = secretsManagerClient(moto.url);
    const { ARN: arn } = await client.createSecret({ Name: 'shared', SecretString: 'of shared' });
    await client.createSecret({ Name: 'own', SecretString: 'of own' });
    const name = (ref: { readonly name: string }) => (ref.name === 'shared' ? arn : ref.name);
    const secrets = createSecrets(secretsManagerSecrets({ client, name }));
    expect((await secrets.require('shared')).reveal()).toBe('of shared');
    const { shared, own } = await secrets.getMany({ shared: 'shared', own: 'own' });
    expect([shared?.reveal(), own?.reveal()]).toEqual(['of shared', 'of own']);
    client.destroy();
  });

  it('reads a parameter by its label, and moves with it', async () => {
    const client = parameterStoreClient(moto.url);
    const secrets = createSecrets(parameterStoreSecrets({ client, prefix: '/app/' }));
    await secrets.set('a', 'first');
    await secrets.set('a', 'second');
    const label = (ParameterVersion: number) =>
      client.labelParameterVersion({ Name: '/app/a', ParameterVersion, Labels: ['stable'] });
    await label(1);
    expect((await secrets.require({ name: 'a', version: 'stable' })).reveal()).toBe('first');
    await label(2);
    expect((await secrets.require({ name: 'a', version: 'stable' })).reveal()).toBe('second');
    const [newest] = await secrets.listVersions('a');
    expect(newest).toMatchObject({ version: '2', stages: ['stable'] });
    client.destroy();
  });

  it('holds what is written as a SecureString', async () => {
    const client = parameterStoreClient(moto.url);
    const secrets = createSecrets(parameterStoreSecrets({ client, prefix: '/app/' }));
    await secrets.set('a', 'value');
    const { Parameter: stored } = await client.getParameter({ Name: '/app/a', WithDecryption: false });
    expect([stored?.Type, stored?.Value === 'value']).toEqual(['SecureString', false]);
    client.destroy();
  });
});
