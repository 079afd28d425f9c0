-- Keeps a claim alive, if it is still the newest one.
--
-- KEYS  1 store  2 jobs
-- ARGV  1 fence  2 lease in ms  3 group  4 worker  5 entry
-- Returns the wished generation, or -1 when the claim is lost.
local is = redis.call('HMGET', KEYS[1], 'fence', 'gen')
if is[1] ~= ARGV[1] then return -1 end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HSET', KEYS[1], 'lease', string.format('%.0f', now + ARGV[2]))
-- Resets the entry's idle time, so that the reaper leaves it alone.
redis.call('XCLAIM', KEYS[2], ARGV[3], ARGV[4], 0, ARGV[5], 'JUSTID')
return tonumber(is[2])
