-- Admits a create: idempotency key, quotas, shared rate limits, name, then the record, in line for a
-- worker, with its event and its audit. Either everything below is written or nothing.
--
-- KEYS  1 idempotency key  2 names  3 living stores of the owner  4 what they take
--       5 living stores of the organisation  6 what they take  7-9 rates of the actor's requests, the
--       owner's creations, the organisation's creations  10 store  11 index of all stores
--       12 index of the owner's stores  13 unsettled  14 ready  15 leased  16 delayed  17 turns
--       18 events  19 log  20 replies  21 counts  22 audit  23 audit head  24 how long stores took
--       25 approval  26 approvals that wait  27 those of the actor
-- ARGV  1 fingerprint ('' = no key)  2 ms to keep the key  3 answer to keep  4 id  5 name  6 owner
--       7 spec  8 size  9 the owner's quota: stores and sizes  10 the organisation's ('' = there is none)
--       11-13 the rates: ms between two, burst, weight ('' = no limit)  14 index member
--       15 reply id ('' = none)  16 reply  17 count field  18 note  19 ms to keep the log
--       20 entries of the log  21 audit entry  22 approval ('' = none: quotas hold)  23 who approved
-- Returns {'ok', usual ms, what the owner has, what the organisation has} | {'replay', answer} | {'key-reused'} | {'taken', id of the store in the way}
--       | {'quota', 'owner' or 'org', resource, used, limit} | {'rate', which, ms to wait} | {'id-taken'}
--       | {'decided', what became of the approval}
if ARGV[1] ~= '' then
  local seen = redis.call('HMGET', KEYS[1], 'print', 'answer')
  if seen[1] == ARGV[1] then return {'replay', seen[2]} end
  if seen[1] then return {'key-reused'} end
end
if redis.call('EXISTS', KEYS[10]) == 1 then return {'id-taken'} end

local now, size = now_ms(), numbers(ARGV[8])
local holders, rates, which = {{KEYS[3], KEYS[4]}}, {}, {}
if ARGV[10] ~= '' then holders[2] = {KEYS[5], KEYS[6]} end
if ARGV[22] ~= '' then
  local state = redis.call('HGET', KEYS[25], 'state')
  local ends = redis.call('ZSCORE', KEYS[26], ARGV[22])
  if state ~= 'waiting' or not ends or tonumber(ends) <= now then return {'decided', state or 'gone'} end
else
  for i, holder in ipairs(holders) do
    local what, used, limit = too_much(holder, size, numbers(ARGV[8 + i]))
    if what then return {'quota', i == 1 and 'owner' or 'org', what, used, limit} end
  end
  for i = 1, 3 do
    local rate = numbers(ARGV[10 + i])
    if rate[1] then
      rates[#rates + 1] = {KEYS[6 + i], rate[1], rate[2], rate[3]}
      which[#which + 1] = i
    end
  end
end
local full, short, wait = room_in(rates, now)
if not full then return {'rate', which[short], ms(wait)} end
-- The last of the refusals, because it writes.
if redis.call('HSETNX', KEYS[2], ARGV[5], ARGV[4]) == 0 then
  return {'taken', redis.call('HGET', KEYS[2], ARGV[5])}
end
spend(rates, full, now)

local id = ARGV[4]
redis.call('HSET', KEYS[10], 'spec', ARGV[7], 'owner', ARGV[6], 'want', 'present', 'gen', '1', 'ver', '1',
  'phase', 'queued', 'count', ARGV[17], 'fence', '0', 'lease', '0', 'attempt', '0')
count_living(id, holders, size, 1)
redis.call('ZADD', KEYS[11], 0, ARGV[14])
redis.call('ZADD', KEYS[12], 0, ARGV[14])
redis.call('ZADD', KEYS[13], now, id)
redis.call('HINCRBY', KEYS[21], 'queued:' .. ARGV[17], 1)
enqueue({store = KEYS[10], ready = KEYS[14], leased = KEYS[15], delayed = KEYS[16], turns = KEYS[17]}, id, now)
tell({events = KEYS[18], log = KEYS[19], id = id, kind = 'accepted', version = '1', note = ARGV[18],
  keep = ARGV[19], most = ARGV[20]})
audit(KEYS[22], KEYS[23], ARGV[21])
local usual = redis.call('HGET', KEYS[24], ARGV[17])
if ARGV[15] ~= '' then
  -- The reply is an object; what there is room for is known only now.
  local room = string.format(',"room":{"stores":%d,"limit":%d,"usually_ms":%d}}',
    redis.call('SCARD', KEYS[3]), numbers(ARGV[9])[1], tonumber(usual or 0))
  redis.call('HSET', KEYS[20], ARGV[15], string.sub(ARGV[16], 1, -2) .. room)
end
if ARGV[1] ~= '' then
  redis.call('HSET', KEYS[1], 'print', ARGV[1], 'answer', ARGV[3])
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
if ARGV[22] ~= '' then
  redis.call('HSET', KEYS[25], 'state', 'approved', 'by', ARGV[23], 'at', ms(now), 'store', id)
  redis.call('ZREM', KEYS[26], ARGV[22])
  redis.call('HDEL', KEYS[27], ARGV[5])
end
return tell_used({'ok', usual}, holders)
