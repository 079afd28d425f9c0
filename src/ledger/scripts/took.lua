-- Notes how long a store took, and each of its steps. A fifth of a mean is the newest one's, so that it follows
-- what has changed and one slow store does not upset it.
--
-- KEYS  1 how long stores took  2 the day on which this one was made
-- ARGV  1 engine  2 hour  3 class of the time it took ('' = not known)  4 ms to keep the day
--       then, for each: engine or engine/step, ms
redis.call('HINCRBY', KEYS[2], ARGV[1] .. '/' .. ARGV[2], 1)
if ARGV[3] ~= '' then redis.call('HINCRBY', KEYS[2], ARGV[1] .. '~' .. ARGV[3], 1) end
redis.call('PEXPIRE', KEYS[2], ARGV[4])
for at = 5, #ARGV, 2 do
  local name, took = ARGV[at], tonumber(ARGV[at + 1])
  local mean = tonumber(redis.call('HGET', KEYS[1], name) or took)
  redis.call('HSET', KEYS[1], name, ms(mean + (took - mean) / 5))
end
return 1
