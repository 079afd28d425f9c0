-- Notes how long a store took. A fifth of the mean is the newest one's, so that it follows what has changed
-- and one slow store does not upset it.
--
-- KEYS  1 how long stores took
-- ARGV  1 engine  2 ms
local mean = tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or ARGV[2])
redis.call('HSET', KEYS[1], ARGV[1], ms(mean + (ARGV[2] - mean) / 5))
return 1
