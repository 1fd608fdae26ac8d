import { SecretsManager } from '@aws-sdk/client-secrets-manager';
import { SSM } from '@aws-sdk/client-ssm';
import { createSecrets } from '@secretkit/core';
import { describe, expect, it, vi } from 'vitest';
import { secretsManagerClient } from '../test/harness.js';
import { inMemoryClient } from '../test/in-memory-client.js';
import { errorOf } from '../test/setup.js';
import { parameterStoreSecrets } from './parameter-store/index.js';
import { type SecretsManagerClient, secretsManagerSecrets } from './secrets-manager/index.js';

const credentials = { accessKeyId: 'CANARY', secretAccessKey: 'CANARY' };

function secretsOf(client: SecretsManagerClient, clientRetries = false) {
  return createSecrets(secretsManagerSecrets({ client, clientRetries }));
}

describe('a client with attempts of its own', () => {
  const client = inMemoryClient({ a: 'value' });
  const retrying = (maxAttempts: number | (() => Promise<number>)) => ({
    ...client,
    config: { maxAttempts },
  });

  it.each([
    ['a setting', 3],
    ['a function, as in the SDK', async () => 3],
  ])('is refused at the first read, with the remedy: %s', async (_, maxAttempts) => {
    const secrets = secretsOf(retrying(maxAttempts));
    for (let i = 0; i < 2; i += 1) {
      const error = await errorOf(() => secrets.get('a'));
      expect(error.code).toBe('invalid_argument');
      expect(error.message).toMatch(/up to 3 attempts.*maxAttempts: 1.*clientRetries/);
    }
  });

  it('is accepted with clientRetries', async () => {
    expect((await secretsOf(retrying(3), true).require('a')).reveal()).toBe('value');
  });

  it('is accepted with one attempt, and without settings', async () => {
    for (const each of [client, retrying(1), retrying(async () => 1)]) {
      expect((await secretsOf(each).require('a')).reveal()).toBe('value');
    }
  });

  it('is the default of the SDK, so it is refused', async () => {
    const secrets = secretsOf(new SecretsManager({ region: 'eu-central-1', credentials }));
    expect(await errorOf(() => secrets.get('a'))).toMatchObject({ code: 'invalid_argument' });
  });

  it('whose setting cannot be read is asked', async () => {
    const failing = retrying(() => Promise.reject(new Error('CANARY')));
    expect((await secretsOf(failing).require('a')).reveal()).toBe('value');
  });
});

describe('a client of the SDK', () => {
  it('without a region is refused with the remedy, until there is one', async () => {
    for (const name of ['AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_PROFILE']) vi.stubEnv(name, undefined);
    vi.stubEnv('AWS_CONFIG_FILE', '/dev/null');
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/dev/null');
    const secrets = secretsOf(new SecretsManager({ credentials, maxAttempts: 1 }));
    const error = await errorOf(() => secrets.get('a'));
    expect(error.code).toBe('invalid_argument');
    expect(error.message).toMatch(/no region.*AWS_REGION/);
  });

  it('without credentials is unauthenticated, with the remedy', async () => {
    const client = new SecretsManager({
      region: 'eu-central-1',
      maxAttempts: 1,
      credentials: () =>
        Promise.reject(Object.assign(new Error('CANARY'), { name: 'CredentialsProviderError' })),
    });
    const error = await errorOf(() => secretsOf(client).get('a'));
    expect(error.code).toBe('unauthenticated');
    expect(error.message).toMatch(/no credentials/);
    expect(error.message).not.toContain('CANARY');
  });

  it('keeps its own settings: it is not changed by the provider', async () => {
    const client = secretsManagerClient('http://127.0.0.1:9');
    await errorOf(() => secretsOf(client).get('a'));
    expect(await client.config.maxAttempts()).toBe(1);
  });
});

describe('a wrong client', () => {
  it.each([
    ['nothing', undefined, /got undefined/],
    ['an object of another kind', { CANARY: true }, /method getSecretValue.*got an object/],
    [
      'a command client',
      { send: () => undefined },
      /new SecretsManager\(\{ maxAttempts: 1 \}\) in place of SecretsManagerClient/,
    ],
  ])('is a TypeError: %s', (_, client, message) => {
    expect(() => secretsManagerSecrets({ client: client as never })).toThrow(TypeError);
    expect(() => secretsManagerSecrets({ client: client as never })).toThrow(message);
  });

  it('of the other service is a TypeError', () => {
    const client = new SSM({ region: 'eu-central-1', credentials });
    expect(() => secretsManagerSecrets({ client: client as never })).toThrow(/getSecretValue/);
    expect(() => parameterStoreSecrets({ client: inMemoryClient({}) as never })).toThrow(/getParameter/);
  });
});

it.each([[undefined], [null], ['CANARY'], [5]])(
  'an answer that is not an object is invalid_data: %j',
  async (answer) => {
    const client = { ...inMemoryClient({}), getSecretValue: async () => answer as never };
    const error = await errorOf(() => secretsOf(client).get('a'));
    expect(error.code).toBe('invalid_data');
    expect(error.message).not.toContain('CANARY');
  },
);

it('a client that throws at once is like one that rejects', async () => {
  const client = {
    ...inMemoryClient({}),
    getSecretValue: () => {
      throw Object.assign(new Error('CANARY'), { name: 'ThrottlingException' });
    },
  };
  expect(await errorOf(() => secretsOf(client).get('a'))).toMatchObject({ code: 'rate_limited' });
});

it('an abort ends the request, with the reason of the signal, and the client gets another signal', async () => {
  const given: (AbortSignal | undefined)[] = [];
  const client: SecretsManagerClient = {
    ...inMemoryClient({}),
    getSecretValue: (_, { abortSignal }) => {
      given.push(abortSignal);
      return new Promise(() => undefined);
    },
  };
  const caller = new AbortController();
  const reason = new Error('of the caller');
  const read = secretsOf(client).get('a', { signal: caller.signal });
  await vi.waitFor(() => expect(given).toHaveLength(1));
  caller.abort(reason);
  await expect(read).rejects.toBe(reason);
  expect(given[0]).not.toBe(caller.signal);
  expect(given[0]?.aborted).toBe(true);
});

it('fields that somebody added to Object.prototype are no answer', async () => {
  const added = {
    SecretString: 'CANARY',
    Parameter: { Value: 'CANARY' },
    NextToken: 'x',
    config: { maxAttempts: 9 },
  };
  const client = { ...inMemoryClient({}), getSecretValue: async () => ({}), listSecrets: async () => ({}) };
  for (const [field, value] of Object.entries(added)) {
    Object.defineProperty(Object.prototype, field, { value, configurable: true, writable: true });
  }
  try {
    expect(await errorOf(() => secretsOf(client).get('a'))).toMatchObject({ code: 'invalid_data' });
  } finally {
    for (const field of Object.keys(added)) Reflect.deleteProperty(Object.prototype, field);
  }
});
