-- Ends a delivery whose receiver wants no more: neither this one nor others.
--
-- KEYS  1 callbacks  2 callbacks by due time  3 entries  4 followers  5 endpoints that want no more
-- ARGV  1 id of the delivery  2 what became of it  3 endpoint ('' = of a store's own receiver)  then the followers
--       that it is
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('ZREM', KEYS[2], ARGV[1])
if redis.call('HEXISTS', KEYS[3], ARGV[1]) == 1 then redis.call('HSET', KEYS[3], ARGV[1] .. '/end', ARGV[2]) end
if ARGV[3] ~= '' then redis.call('HSET', KEYS[5], ARGV[3], ms(now_ms())) end
for i = 4, #ARGV do redis.call('HDEL', KEYS[4], ARGV[i]) end
