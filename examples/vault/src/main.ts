import { leaseAccounts } from './lease-accounts.js';
import { startOpenBao } from './openbao.js';
import { startPostgres } from './postgres.js';
import { rotatePassword } from './rotate-password.js';

const print = (line: string): void => console.log(line);
const server = await startOpenBao();
try {
  await rotatePassword(print, server);
  const database = await startPostgres();
  try {
    await server.addDatabase(database);
    await leaseAccounts(print, server, database);
  } finally {
    await database.close();
  }
} finally {
  await server.close();
}
