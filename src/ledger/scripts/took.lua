-- Notes how long a store took, and each of its steps. A fifth of a mean is the newest one's, so that it follows
-- what has changed and one slow store does not upset it.
--
-- KEYS  1 how long stores took
-- ARGV  for each: engine or engine/step, ms
for at = 1, #ARGV, 2 do
  local name, took = ARGV[at], tonumber(ARGV[at + 1])
  local mean = tonumber(redis.call('HGET', KEYS[1], name) or took)
  redis.call('HSET', KEYS[1], name, ms(mean + (took - mean) / 5))
end
return 1
