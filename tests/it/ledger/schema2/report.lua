-- Writes what a worker saw, if its claim is still the newest one.
--
-- KEYS  1 store  2 events  3 log  4 counts
-- ARGV  1 fence  2 observed  3 phase  4 event kind  5 id  6 note  7 ms to keep the log
--       8 entries of the log
-- Returns the wished generation, or -1 when the claim is lost.
local is = redis.call('HMGET', KEYS[1], 'fence', 'gen', 'phase', 'count')
if is[1] ~= ARGV[1] then return -1 end
local version = redis.call('HINCRBY', KEYS[1], 'ver', 1)
redis.call('HSET', KEYS[1], 'obs', ARGV[2], 'phase', ARGV[3], 'claims', '0')
if is[3] ~= ARGV[3] then
  redis.call('HINCRBY', KEYS[4], is[3] .. ':' .. is[4], -1)
  redis.call('HINCRBY', KEYS[4], ARGV[3] .. ':' .. is[4], 1)
end
tell({events = KEYS[2], log = KEYS[3], id = ARGV[5], kind = ARGV[4], version = version, note = ARGV[6],
  keep = ARGV[7], most = ARGV[8]})
return tonumber(is[2])
