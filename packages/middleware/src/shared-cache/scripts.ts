// Each has two keys with one hash tag: the record, and the lease. A record begins with the token of the lease it was stored under.
// A lease is one letter and a token: `H` a process reads the secret; `C` its read failed, and nobody asks until it ends, with the
// code after the token; `D` the secret is not stored, and each process reads it itself.

/** The length of a token. */
export const tokenLength = 22;

/**
 * Returns the record, unless its token is one of those to ignore (`*`: any); else the lease, how long it lasts and the record's
 * token; else takes the lease.
 */
export const take: string = `
local record = redis.call('GET', KEYS[1])
local token = record and string.sub(record, 1, ${tokenLength}) or ''
if record then
  local ignored = false
  for i = 3, #ARGV do if ARGV[i] == token or ARGV[i] == '*' then ignored = true end end
  if not ignored then return {'record', record} end
end
local lease = redis.call('GET', KEYS[2])
if lease then return {'lease', lease, tostring(redis.call('PTTL', KEYS[2])), token} end
redis.call('SET', KEYS[2], 'H' .. ARGV[1], 'PX', ARGV[2])
return {'taken'}`;

const ifHeld = `if redis.call('GET', KEYS[2]) ~= 'H' .. ARGV[1] then return 0 end`;

/** Lengthens the lease. Like all below, it does so only while the token is the holder's. */
export const renew: string = `${ifHeld}
return redis.call('PEXPIRE', KEYS[2], ARGV[2])`;

/** Stores the record, and ends the lease. */
export const store: string = `${ifHeld}
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return redis.call('DEL', KEYS[2])`;

/** Ends the lease. */
export const release: string = `${ifHeld}
return redis.call('DEL', KEYS[2])`;

/** Replaces the lease by another one. */
export const replace: string = `${ifHeld}
redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3])
return 1`;

/** Deletes the record and the lease, so that nobody stores what was read before. */
export const evict: string = `return redis.call('DEL', KEYS[1], KEYS[2])`;
