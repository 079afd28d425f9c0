-- Turns a promise to call back into a delivery, once: the promise goes in the same step, and the delivery is
-- written down.
--
-- KEYS  1 replies  2 callbacks  3 callbacks by due time  4 entries  5 bodies  6 seen  7 kept  8 index
-- ARGV  1 reply id  2 id of the delivery  3 delivery  4 entry  5 most entries  6 ms to keep
-- Returns 1, or 0 when the promise is no longer open.
if redis.call('HDEL', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('HSET', KEYS[2], ARGV[2], ARGV[3])
redis.call('ZADD', KEYS[3], ms(now_ms()), ARGV[2])
local d = {entries = KEYS[4], bodies = KEYS[5], seen = KEYS[6], kept = KEYS[7], index = KEYS[8]}
add_delivery(d, ARGV[2], ARGV[4], ARGV[5], ARGV[6])
redis.call('HSET', d.entries, ARGV[2] .. '/callback', ARGV[3])
return 1
