#!/usr/bin/env node
// The command line tool of a vault that does not exist: `vault.mjs read NAME`.
const secrets = new Map([
  [
    'database-url',
    { value: 'postgres://app@db.example/app', expiresAt: '2999-01-01T00:00:00Z', version: '7' },
  ],
]);

const [, , verb, name] = process.argv;
if (verb !== 'read') {
  console.error('usage: vault.mjs read NAME');
  process.exitCode = 2;
} else if (name === 'broken') {
  console.log('Welcome to the vault!'); // as tools do after an upgrade
} else if (secrets.has(name)) {
  console.log(JSON.stringify(secrets.get(name)));
} else {
  console.error('no such secret');
  process.exitCode = 4;
}
