export type { RedisLogin, RedisOptions } from '../redis/redis-login.js';
export type { RedisCredentialsProvider } from './node-redis-types.js';
export { redisClient } from './redis-client.js';
