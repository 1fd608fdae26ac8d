export {
  fromIoredis,
  fromNodeRedis,
  type IoredisClient,
  type NodeRedisClient,
  type RedisScripts,
} from './redis-client.js';
export { type RedisTableOptions, redisTable } from './redis-table.js';
