-- Has a worker look at a store without wanting anything new of it.
--
-- KEYS  1 store  2 unsettled  3 jobs
-- ARGV  1 id
-- Returns 1, or 0 when there is no such store.
if redis.call('HEXISTS', KEYS[1], 'gen') == 0 then return 0 end
if redis.call('ZSCORE', KEYS[2], ARGV[1]) then return 1 end
local time = redis.call('TIME')
local entry = redis.call('XADD', KEYS[3], '*', 'v', '1', 's', ARGV[1])
redis.call('HSET', KEYS[1], 'next', entry)
redis.call('ZADD', KEYS[2], time[1] * 1000 + math.floor(time[2] / 1000), ARGV[1])
return 1
