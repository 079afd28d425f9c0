-- The right to be connected to Discord's gateway: one process at a time.
--
-- KEYS  1 gateway (who has it)
-- ARGV  1 who asks  2 hold | leave  3 hold: ms until one that nothing is heard of has lost it
-- Returns 1 when whoever asks has it, or had it and has left.
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
if ARGV[2] == 'hold' then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3])
else
  redis.call('DEL', KEYS[1])
end
return 1
