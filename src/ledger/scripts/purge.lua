-- Forgets a deleted store whose time to be read has passed.
--
-- KEYS  1 store  2 purge  3 index of all stores  4 index of the owner's stores  5 replies  6 counts
-- ARGV  1 id  2 index member
redis.call('ZREM', KEYS[2], ARGV[1])
local was = redis.call('HMGET', KEYS[1], 'want', 'phase', 'count')
if was[1] ~= 'absent' then return 0 end
redis.call('ZREM', KEYS[3], ARGV[2])
redis.call('ZREM', KEYS[4], ARGV[2])
redis.call('DEL', KEYS[1], KEYS[5])
redis.call('HINCRBY', KEYS[6], was[2] .. ':' .. was[3], -1)
return 1
