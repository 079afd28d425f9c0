-- Makes a delayed store due, exactly once however many movers run.
--
-- KEYS  1 store  2 delayed  3 jobs
-- ARGV  1 id
-- Returns 1 when it was moved.
if redis.call('ZREM', KEYS[2], ARGV[1]) == 0 then return 0 end
local entry = redis.call('XADD', KEYS[3], '*', 'v', '1', 's', ARGV[1])
redis.call('HSET', KEYS[1], 'entry', entry)
return 1
