-- Turns a promise to call back into a delivery, once: the promise goes in the same step.
--
-- KEYS  1 replies  2 callbacks  3 callbacks by due time
-- ARGV  1 reply id  2 id of the delivery  3 delivery
-- Returns 1, or 0 when the promise is no longer open.
if redis.call('HDEL', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('HSET', KEYS[2], ARGV[2], ARGV[3])
redis.call('ZADD', KEYS[3], ms(now_ms()), ARGV[2])
return 1
