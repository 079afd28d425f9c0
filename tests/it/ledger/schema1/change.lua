-- Admits a command on a store that exists: writes the wish and enqueues a job, if the record is
-- still the one the decision was made on.
--
-- KEYS  1 idempotency key  2 store  3 jobs  4 events  5 unsettled  6 delayed  7 counts  8 replies
-- ARGV  1 fingerprint ('' = no key)  2 ms to keep the key  3 answer to keep  4 id  5 expected version
--       6 wish ('' = nothing new is wanted, only somebody more to tell)  7 task  8 phase  9 reply id
--       10 reply
-- Returns {'ok'} | {'replay', answer} | {'key-reused'} | {'conflict'}
if ARGV[1] ~= '' then
  local seen = redis.call('HMGET', KEYS[1], 'print', 'answer')
  if seen[1] == ARGV[1] then return {'replay', seen[2]} end
  if seen[1] then return {'key-reused'} end
end
local was = redis.call('HMGET', KEYS[2], 'ver', 'phase', 'count')
if was[1] ~= ARGV[5] then return {'conflict'} end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if ARGV[6] ~= '' then
  local entry = redis.call('XADD', KEYS[3], '*', 'v', '1', 's', ARGV[4])
  redis.call('HINCRBY', KEYS[2], 'gen', 1)
  redis.call('HINCRBY', KEYS[2], 'ver', 1)
  redis.call('HSET', KEYS[2], 'want', ARGV[6], 'task', ARGV[7], 'phase', ARGV[8], 'attempt', '0', 'next', entry)
  redis.call('ZADD', KEYS[5], now, ARGV[4])
  redis.call('ZREM', KEYS[6], ARGV[4])
  redis.call('HINCRBY', KEYS[7], was[2] .. ':' .. was[3], -1)
  redis.call('HINCRBY', KEYS[7], ARGV[8] .. ':' .. was[3], 1)
end
if ARGV[9] ~= '' then redis.call('HSET', KEYS[8], ARGV[9], ARGV[10]) end
redis.call('XADD', KEYS[4], '*', 's', ARGV[4], 'k', 'accepted', 'v', redis.call('HGET', KEYS[2], 'ver'))
if ARGV[1] ~= '' then
  redis.call('HSET', KEYS[1], 'print', ARGV[1], 'answer', ARGV[3])
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return {'ok'}
