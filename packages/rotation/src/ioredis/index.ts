export type { RedisLogin, RedisOptions } from '../redis/redis-login.js';
export { ioredisClient } from './ioredis-client.js';
