-- Forgets a deleted store whose time to be read has passed.
--
-- KEYS  1 store  2 purge  3 stores, for an older storebot  4 index of the owner's stores  5 replies  6 counts
--       7 former names  8 log  9 what was said  10 specification  11 what was seen  12 leases
--       13 followers  14 what was made of its events  15 lists
-- ARGV  1 id  2 index member  3 name  4 ms of its end as it was asked for at first ('' = never)
redis.call('ZREM', KEYS[2], ARGV[1])
local was = redis.call('HMGET', KEYS[1], 'want', 'phase', 'count')
if was[1] ~= 'absent' then return 0 end
redis.call('ZREM', KEYS[3], ARGV[2])
local ends = redis.call('HGET', KEYS[1], 'expires') or ARGV[4]
unlist({list = KEYS[15], place = ARGV[2], name = ARGV[3], engine = was[3]}, was[2], ends)
redis.call('ZREM', KEYS[4], ARGV[2])
if redis.call('HGET', KEYS[7], ARGV[3]) == ARGV[1] then redis.call('HDEL', KEYS[7], ARGV[3]) end
redis.call('DEL', KEYS[1], KEYS[5], KEYS[8], KEYS[9], KEYS[10], KEYS[11], KEYS[13], KEYS[14])
redis.call('ZREM', KEYS[12], ARGV[1])
redis.call('HINCRBY', KEYS[6], was[2] .. ':' .. was[3], -1)
return 1
