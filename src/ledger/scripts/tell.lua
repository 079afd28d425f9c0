-- Takes the right to tell about a store, for a while. Whoever has it when others come gets the events
-- they came with: it will look at the store again.
--
-- KEYS  1 who tells
-- ARGV  1 name of the notifier  2 lease in ms  then for each event: id, what it says
-- Returns {ms of Redis' clock} | {} (somebody else tells; the events are with them)
local by = redis.call('HGET', KEYS[1], 'by')
if by and by ~= ARGV[1] then
  for i = 3, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
  return {}
end
redis.call('HSET', KEYS[1], 'by', ARGV[1])
-- Time is Redis' own: who died with it loses it by this clock.
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return {now_ms()}
