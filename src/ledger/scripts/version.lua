-- Whether something that happened to a subject is the newest that was heard of. What happened at the same
-- time as the newest passes, so that a repetition does.
--
-- KEYS  1 version of the subject (ms)
-- ARGV  1 when it happened (ms)  2 ms to remember it
-- Returns 1, or 0 when something has happened to the subject since.
local newest = redis.call('GET', KEYS[1])
if newest and tonumber(newest) > tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
