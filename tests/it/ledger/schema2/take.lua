-- Takes the stores whose turn it is out of the line, for one worker. The lease given here is for the
-- way to `claim`; a worker that dies on it loses them by the clock.
--
-- KEYS  1 ready  2 leased  3 turns
-- ARGV  1 how many at most  2 lease in ms
-- Returns the ids.
local taken = redis.call('ZPOPMIN', KEYS[1], ARGV[1])
if #taken == 0 then
  -- Nobody is in line, so nobody is ahead of anybody: this also bounds the hash.
  redis.call('DEL', KEYS[3])
  return {}
end
local until_ms, ids = ms(now_ms() + ARGV[2]), {}
for i = 1, #taken, 2 do
  redis.call('ZADD', KEYS[2], until_ms, taken[i])
  ids[#ids + 1] = taken[i]
end
redis.call('HSET', KEYS[3], '', taken[#taken])
return ids
