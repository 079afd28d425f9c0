-- Ends a delivery whose receiver wants no more: neither this one nor others.
--
-- KEYS  1 callbacks  2 callbacks by due time  3 followers  4 endpoints that want no more
-- ARGV  1 id of the delivery  2 endpoint ('' = of a store's own receiver)  then the followers that it is
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('ZREM', KEYS[2], ARGV[1])
if ARGV[2] ~= '' then redis.call('HSET', KEYS[4], ARGV[2], ms(now_ms())) end
for i = 3, #ARGV do redis.call('HDEL', KEYS[3], ARGV[i]) end
