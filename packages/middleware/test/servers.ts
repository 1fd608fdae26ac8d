export { type RedisServer, startRedis } from '../../rotation/test/redis-server.js';
export { freePort, isTested } from '../../rotation/test/server-process.js';
