// A user's program in CommonJS: since Node 20.19, `require` loads ES modules.
const assert = require('node:assert/strict');
const { readFileSync } = require('node:fs');

for (const entry of JSON.parse(readFileSync('entries.json', 'utf8'))) {
  assert.notEqual(Object.keys(require(entry)).length, 0, entry);
}
const { createSecrets } = require('@secretkit/core');
const { memorySecrets } = require('@secretkit/memory');

createSecrets(memorySecrets({ initial: { token: 'an example' } }))
  .require('token')
  .then((secret) => assert.equal(secret.reveal(), 'an example'));
