-- Puts a store that cannot be read to the dead letters and takes it out of everybody's way. What is
-- stored under its key stays as it is, for whoever mends it.
--
-- KEYS  1 unsettled  2 ready  3 leased  4 delayed  5 dead letters
-- ARGV  1 id (or whatever stood in its place)  2 reason  3 dead letters kept
local is_new = 0
for key = 1, 4 do is_new = is_new + redis.call('ZREM', KEYS[key], ARGV[1]) end
if is_new > 0 then
  redis.call('XADD', KEYS[5], 'MAXLEN', '~', ARGV[3], '*', 's', ARGV[1], 'kind', 'unreadable', 'reason', ARGV[2])
end
return is_new
