-- Writes what a worker saw, if its claim is still the newest one.
--
-- KEYS  1 store  2 what was seen  3 events  4 log  5 counts
-- ARGV  1 fence  2 observed  3 phase  4 event kind  5 id  6 note  7 ms to keep the log
--       8 entries of the log  9 generation it was seen for  10 the phase if something else is wanted by now, by what
--       that is (JSON)
-- Returns the wished generation, or -1 when the claim is lost.
local is = redis.call('HMGET', KEYS[1], 'fence', 'gen', 'phase', 'count')
if is[1] ~= ARGV[1] then return -1 end
local phase = ARGV[3]
if is[2] ~= ARGV[9] then
  -- Lists find a store by this phase, so it has to be the one that its record shows.
  local want, task = unpack(redis.call('HMGET', KEYS[1], 'want', 'task'))
  phase = cjson.decode(ARGV[10])[want == 'present' and (task or 'install') or want] or phase
end
local version = redis.call('HINCRBY', KEYS[1], 'ver', 1)
redis.call('SET', KEYS[2], ARGV[2])
redis.call('HDEL', KEYS[1], 'claims', 'obs')
if is[3] ~= phase then
  redis.call('HSET', KEYS[1], 'phase', phase)
  redis.call('HINCRBY', KEYS[5], is[3] .. ':' .. is[4], -1)
  redis.call('HINCRBY', KEYS[5], phase .. ':' .. is[4], 1)
end
tell({events = KEYS[3], log = KEYS[4], id = ARGV[5], kind = ARGV[4], version = version, note = ARGV[6],
  keep = ARGV[7], most = ARGV[8]})
return tonumber(is[2])
