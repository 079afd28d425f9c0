-- Makes a delivery, once: what has been made is not made again, however often its event comes. One that was
-- promised takes the promise's place in the same step, and each is written down.
--
-- KEYS  1 replies  2 callbacks  3 callbacks by due time  4 what was made of events  5 endpoints that want no more
--       6 entries  7 bodies  8 seen  9 kept  10 index
-- ARGV  1 reply id ('' = nobody was promised it)  2 id of the delivery  3 delivery  4 ms to keep what was made
--       5 endpoint ('' = of a store's own receiver)  6 entry  7 most entries  8 ms to keep
-- Returns 1, or 0 when there is nothing to deliver.
if ARGV[1] ~= '' and redis.call('HDEL', KEYS[1], ARGV[1]) == 0 then return 0 end
if ARGV[5] ~= '' and redis.call('HEXISTS', KEYS[5], ARGV[5]) == 1 then return 0 end
local new = redis.call('SADD', KEYS[4], ARGV[2])
redis.call('PEXPIRE', KEYS[4], ARGV[4])
if new == 0 then return 0 end
redis.call('HSET', KEYS[2], ARGV[2], ARGV[3])
redis.call('ZADD', KEYS[3], ms(now_ms()), ARGV[2])
local d = {entries = KEYS[6], bodies = KEYS[7], seen = KEYS[8], kept = KEYS[9], index = KEYS[10]}
add_delivery(d, ARGV[2], ARGV[6], ARGV[7], ARGV[8])
redis.call('HSET', d.entries, ARGV[2] .. '/callback', ARGV[3])
return 1
