import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { leaseAccounts } from './lease-accounts.js';
import { hasOpenBao, type OpenBao, startOpenBao } from './openbao.js';
import { hasPostgres, startPostgres } from './postgres.js';
import { rotatePassword } from './rotate-password.js';

const timeout = 120_000;

describe.skipIf(!hasOpenBao)('the README shows what is printed', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  let server: OpenBao;
  beforeAll(async () => {
    server = await startOpenBao();
  }, timeout);
  afterAll(() => server?.close());

  it('of a password', { timeout }, async () => {
    const lines: string[] = [];
    await rotatePassword((line) => lines.push(line), server);
    expect(lines).toHaveLength(4);
    expect(readme).toContain(lines.join('\n'));
  });

  it.skipIf(!hasPostgres)('of accounts', { timeout }, async () => {
    const lines: string[] = [];
    const database = await startPostgres();
    try {
      await server.addDatabase(database);
      await leaseAccounts((line) => lines.push(line), server, database);
    } finally {
      await database.close();
    }
    expect(lines).toHaveLength(3);
    expect(readme).toContain(lines.join('\n'));
  });
});
