export { type MariadbServer, startMariadb } from '../../rotation/test/mariadb-server.js';
export { type PostgresServer, startPostgres } from '../../rotation/test/postgres-server.js';
export { type RedisServer, startRedis } from '../../rotation/test/redis-server.js';
export { isTested } from '../../rotation/test/server-process.js';
