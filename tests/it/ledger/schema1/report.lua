-- Writes what a worker saw, if its claim is still the newest one.
--
-- KEYS  1 store  2 events  3 counts
-- ARGV  1 fence  2 observed  3 phase  4 event kind  5 id
-- Returns the wished generation, or -1 when the claim is lost.
local is = redis.call('HMGET', KEYS[1], 'fence', 'gen', 'phase', 'count')
if is[1] ~= ARGV[1] then return -1 end
local version = redis.call('HINCRBY', KEYS[1], 'ver', 1)
redis.call('HSET', KEYS[1], 'obs', ARGV[2], 'phase', ARGV[3])
if is[3] ~= ARGV[3] then
  redis.call('HINCRBY', KEYS[3], is[3] .. ':' .. is[4], -1)
  redis.call('HINCRBY', KEYS[3], ARGV[3] .. ':' .. is[4], 1)
end
redis.call('XADD', KEYS[2], '*', 's', ARGV[5], 'k', ARGV[4], 'v', version)
return tonumber(is[2])
