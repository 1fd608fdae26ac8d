// A user's program, as an ES module: loads every entry, and reads and writes a secret.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createSecrets, isSecretError } from '@secretkit/core';
import { recommended } from '@secretkit/middleware/recommended';
import { stripeSecrets } from '@secretkit/stripe';
import { createStripeClient } from '@secretkit/stripe/client';
import { startEmulator } from '@secretkit/stripe-emulator';

for (const entry of JSON.parse(readFileSync('entries.json', 'utf8'))) {
  assert.notEqual(Object.keys(await import(entry)).length, 0, entry);
}

const emulator = await startEmulator();
const client = createStripeClient({ apiKey: 'sk_test_example', baseUrl: emulator.url });
const secrets = createSecrets(recommended()(stripeSecrets({ client })));
await secrets.set('token', 'an example');
assert.equal((await secrets.require('token')).reveal(), 'an example');
assert.equal(`${await secrets.get('token')}`, '[secret]');
const missing = await secrets.require('nothing').catch((error) => error);
assert.ok(isSecretError(missing, 'not_found'));
await secrets.close();
await emulator.close();
