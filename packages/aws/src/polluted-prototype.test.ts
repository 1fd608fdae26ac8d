import { createSecrets } from '@secretkit/core';
import { afterEach, expect, it } from 'vitest';
import { inMemoryClient } from '../test/in-memory-client.js';
import { agentSecrets } from './agent/index.js';
import { secretsManagerSecrets } from './secrets-manager/index.js';

const added = {
  prefix: 'other/',
  name: () => 'other/db',
  kmsKeyId: '',
  recoveryWindowDays: -1,
  restoreDeleted: 'other',
  readRotation: 'other',
  clientRetries: 'other',
  now: 'other',
  store: 'other',
  port: 0,
  token: 'other',
  timeoutMs: 0,
  account: 'other',
  user: 'other',
  scope: { account: 'other' },
  version: 'other',
};

afterEach(() => {
  for (const field of Object.keys(added)) Reflect.deleteProperty(Object.prototype, field);
});

it.each(Object.entries(added))(
  'the field %s, added to Object.prototype, changes no option and no name',
  async (field, value) => {
    const client = inMemoryClient({ db: 'own', 'other/db': 'other' });
    const asked: string[] = [];
    const fetch = async (url: string | URL | Request): Promise<Response> => {
      asked.push(String(url));
      return Response.json({ Name: 'db', SecretString: 'own' });
    };
    const token = () => 'CANARY-token';
    Object.defineProperty(Object.prototype, field, { value, configurable: true, writable: true });
    const secrets = createSecrets(secretsManagerSecrets({ client }));
    expect((await secrets.get('db'))?.reveal()).toBe('own');
    expect((await secrets.getMany({ db: 'db' })).db?.reveal()).toBe('own');

    expect((await createSecrets(agentSecrets({ fetch, token })).get('db'))?.reveal()).toBe('own');
    expect(asked).toEqual(['http://127.0.0.1:2773/secretsmanager/get?secretId=db']);
  },
);
