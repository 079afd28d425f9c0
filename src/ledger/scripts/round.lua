-- A round over all stores of a cell: one worker at a time, and not again where it has just been done.
--
-- KEYS  1 round (the worker that goes it and when it began, while it goes)  2 when the last round began
--       that was gone to its end
-- ARGV  1 worker  2 begin | keep | end  3 begin: a round that began at this ms or later will do
--       4 ms until a round that nothing is heard of is over
-- Returns 'mine' | 'another' | 'done'
local holder = redis.call('HMGET', KEYS[1], 'worker', 'began')
if ARGV[2] == 'begin' then
  if tonumber(redis.call('GET', KEYS[2]) or '0') >= tonumber(ARGV[3]) then return 'done' end
  if holder[1] and holder[1] ~= ARGV[1] then return 'another' end
  redis.call('HSET', KEYS[1], 'worker', ARGV[1], 'began', ms(now_ms()))
elseif holder[1] ~= ARGV[1] then
  return 'another'
elseif ARGV[2] == 'end' then
  redis.call('SET', KEYS[2], holder[2])
  redis.call('DEL', KEYS[1])
  return 'done'
end
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 'mine'
