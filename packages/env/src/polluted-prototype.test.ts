import { createSecrets } from '@secretkit/core';
import { afterEach, expect, it } from 'vitest';
import { envSecrets } from './env-secrets.js';

const added = { scope: { account: 'B' }, account: 'B', user: 'B' };

afterEach(() => {
  for (const field of Object.keys(added)) Reflect.deleteProperty(Object.prototype, field);
});

it.each(Object.entries(added))(
  'the field %s, added to Object.prototype, names no variable of another tenant',
  async (field, value) => {
    const env = { A__X: 'own', B__X: 'other', A__B__X: 'other' };
    const stacks = ['{account}__{name}', '{user}__{name}', '{account}__{user}__{name}'].map((name) =>
      createSecrets(envSecrets({ env, name })),
    );
    const byFunction = createSecrets(
      envSecrets({
        env,
        name: ({ name, scope }) => scope?.account && `${scope.account}__${name.toUpperCase()}`,
      }),
    );
    Object.defineProperty(Object.prototype, field, { value, configurable: true, writable: true });
    for (const secrets of [...stacks, byFunction]) {
      expect(await secrets.get('x')).toBeUndefined();
      expect((await secrets.get({ name: 'x', scope: { account: 'A' } }))?.reveal()).not.toBe('other');
    }
  },
);
