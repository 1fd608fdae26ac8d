// A row is a list of JSON texts, newest first: [version, createdAt, expiresAt, record]. `false` becomes nil in an answer.

/** KEYS: rows. Returns the first text of each. */
export const read = `
local found = {}
for at, key in ipairs(KEYS) do found[at] = redis.call('LINDEX', key, 0) end
return found`;

/** KEYS: row, index, heads. ARGV: text, version, expected version or '', versions to keep, member, head. */
export const write = `
local versions = redis.call('LRANGE', KEYS[1], 0, -1)
local current = versions[1] and cjson.decode(versions[1])[1] or ''
if current ~= ARGV[3] then return 0 end
for _, text in ipairs(versions) do
  if cjson.decode(text)[1] == ARGV[2] then return 0 end
end
redis.call('LPUSH', KEYS[1], ARGV[1])
redis.call('LTRIM', KEYS[1], 0, ARGV[4] - 1)
redis.call('ZADD', KEYS[2], 0, ARGV[5])
redis.call('HSET', KEYS[3], ARGV[5], ARGV[6])
return 1`;

/** KEYS: row. ARGV: text, version, expected record. */
export const replace = `
for at, text in ipairs(redis.call('LRANGE', KEYS[1], 0, -1)) do
  local row = cjson.decode(text)
  if row[1] == ARGV[2] then
    if row[4] ~= ARGV[3] then return 0 end
    redis.call('LSET', KEYS[1], at - 1, ARGV[1])
    return 1
  end
end
return 0`;

/** KEYS: row, index, heads. ARGV: expected version, member. */
export const remove = `
local text = redis.call('LINDEX', KEYS[1], 0)
if not text or cjson.decode(text)[1] ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
redis.call('ZREM', KEYS[2], ARGV[2])
redis.call('HDEL', KEYS[3], ARGV[2])
return 1`;

/** KEYS: index, heads. ARGV: first member, last member, limit. Returns the members, and the heads of them. */
export const page = `
local members = redis.call('ZRANGEBYLEX', KEYS[1], ARGV[1], ARGV[2], 'LIMIT', 0, ARGV[3])
if #members == 0 then return {members, members} end
return {members, redis.call('HMGET', KEYS[2], unpack(members))}`;

/** KEYS: row. Returns all its texts. */
export const versions = `return redis.call('LRANGE', KEYS[1], 0, -1)`;
