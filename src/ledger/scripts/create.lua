-- Admits a create: idempotency key, name, quota, shared rate limit, then the record, in line for a
-- worker, with its event and its audit. Either everything below is written or nothing.
--
-- KEYS  1 idempotency key  2 names  3 living stores of the owner  4 rate limit  5 store
--       6 index of all stores  7 index of the owner's stores  8 unsettled  9 ready  10 turns
--       11 specification  12 events  13 log  14 replies  15 counts  16 audit  17 audit head
-- ARGV  1 fingerprint ('' = no key)  2 ms to keep the key  3 answer to keep  4 id  5 name  6 owner
--       7 spec  8 quota  9 rate: ms between two  10 rate: burst  11 index member  12 reply id ('' = none)
--       13 reply  14 count field  15 note  16 ms to keep the log  17 entries of the log  18 audit entry
-- Returns {'ok', stores of the owner} | {'replay', answer, stores of the owner} | {'key-reused'}
--       | {'taken', id of the store in the way} | {'quota', stores of the owner}
--       | {'rate', ms to wait} | {'id-taken'}
local used = redis.call('SCARD', KEYS[3])
if ARGV[1] ~= '' then
  local seen = redis.call('HMGET', KEYS[1], 'print', 'answer')
  if seen[1] == ARGV[1] then return {'replay', seen[2], used} end
  if seen[1] then return {'key-reused'} end
end
if used >= tonumber(ARGV[8]) then return {'quota', used} end
if redis.call('EXISTS', KEYS[5]) == 1 then return {'id-taken'} end

-- GCRA: one number a limit, the time at which its bucket is full again.
local now = now_ms()
local gap, burst = tonumber(ARGV[9]), tonumber(ARGV[10])
local full = math.max(tonumber(redis.call('GET', KEYS[4]) or '0'), now) + gap
local wait = full - now - gap * burst
if wait > 0 then return {'rate', wait} end
-- The last of the refusals, because it writes.
if redis.call('HSETNX', KEYS[2], ARGV[5], ARGV[4]) == 0 then
  return {'taken', redis.call('HGET', KEYS[2], ARGV[5])}
end
redis.call('SET', KEYS[4], ms(full), 'PX', full - now)

local id, owner = ARGV[4], ARGV[6]
redis.call('SET', KEYS[11], ARGV[7])
redis.call('HSET', KEYS[5], 'owner', owner, 'want', 'present', 'gen', '1', 'ver', '1', 'phase', 'queued',
  'count', ARGV[14], 'fence', '0', 'queued', ms(now))
redis.call('SADD', KEYS[3], id)
redis.call('ZADD', KEYS[6], 0, ARGV[11])
redis.call('ZADD', KEYS[7], 0, ARGV[11])
redis.call('ZADD', KEYS[8], now, id)
redis.call('HINCRBY', KEYS[15], 'queued:' .. ARGV[14], 1)
-- Nobody can hold it yet, and it waits for nothing.
redis.call('ZADD', KEYS[9], turn_of(KEYS[10], owner), id)
tell({events = KEYS[12], log = KEYS[13], id = id, kind = 'accepted', version = '1', note = ARGV[15],
  keep = ARGV[16], most = ARGV[17]})
audit(KEYS[16], KEYS[17], ARGV[18])
if ARGV[12] ~= '' then redis.call('HSET', KEYS[14], ARGV[12], ARGV[13]) end
if ARGV[1] ~= '' then
  redis.call('HSET', KEYS[1], 'print', ARGV[1], 'answer', ARGV[3])
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return {'ok', used + 1}
