-- Makes promises to tell people of something that nobody asked for, each once.
--
-- KEYS  1 replies  2 what was made of events
-- ARGV  1 ms to keep that  then for each promise: id, reply
-- Returns how many are new.
local new = 0
for i = 2, #ARGV, 2 do
  if redis.call('SADD', KEYS[2], ARGV[i]) == 1 then
    redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
    new = new + 1
  end
end
redis.call('PEXPIRE', KEYS[2], ARGV[1])
return new
