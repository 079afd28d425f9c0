-- Admits a create: idempotency key, quotas, shared rate limits, name, then the record, in line for a
-- worker, with its event and its audit. Either everything below is written or nothing.
--
-- KEYS  1 idempotency key  2 names  3 living stores of the owner  4 what they take
--       5 living stores of the organisation  6 what they take  7-9 rates of the actor's requests, the
--       owner's creations, the organisation's creations  10 store  11 stores, for an older storebot
--       12 index of the owner's stores  13 unsettled  14 ready  15 turns  16 specification
--       17 events  18 log  19 replies  20 counts  21 audit  22 audit head  23 how long stores took
--       24 approval  25 approvals that wait  26 those of the actor  27 leases  28 followers  29 cells
--       30 living stores of the cell  31 what they take  32 lists
-- ARGV  1 fingerprint ('' = no key)  2 ms to keep the key  3 answer to keep  4 id  5 name  6 owner
--       7 spec  8 size  9 the owner's quota: stores, sizes, hundredths of a sleeping one  10 the organisation's ('' = there is none)
--       11-13 the rates: ms between two, burst, weight ('' = no limit)  14 index member
--       15 reply id ('' = none)  16 reply  17 count field  18 note  19 ms to keep the log
--       20 entries of the log  21 audit entry  22 approval ('' = none: quotas hold)  23 who approved
--       24 ms at which anything is due of its lease ('' = never)  25 whoever is told of it from now on ('' = nobody)
--       26 request it came with ('' = none)  27 place in a trace ('' = none)
--       28 cell  29 what the cell has room for: stores, sizes, hundredths of a sleeping one
--       30 ms of its end ('' = never)
-- Returns {'ok', usual ms, what the owner has, what the organisation has} | {'replay', answer} | {'key-reused'} | {'taken', id of the store in the way}
--       | {'quota', 'owner' or 'org', resource, used, limit} | {'rate', which, ms to wait} | {'id-taken'}
--       | {'decided', what became of the approval} | {'cell', 'drained' or 'full'}
local now = now_ms()
-- Ends the request that this create fulfils.
local function fulfil(store)
  if ARGV[22] == '' or redis.call('HGET', KEYS[24], 'state') ~= 'waiting' then return end
  redis.call('HSET', KEYS[24], 'state', 'approved', 'by', ARGV[23], 'at', ms(now), 'store', store)
  redis.call('ZREM', KEYS[25], ARGV[22])
  redis.call('HDEL', KEYS[26], ARGV[5])
end

if ARGV[1] ~= '' then
  local seen = redis.call('HMGET', KEYS[1], 'print', 'answer')
  if seen[1] == ARGV[1] then
    -- Whoever asked has got it meanwhile, by asking once more.
    fulfil(cjson.decode(seen[2]).id)
    return {'replay', seen[2]}
  end
  if seen[1] then return {'key-reused'} end
end
if redis.call('EXISTS', KEYS[10]) == 1 then return {'id-taken'} end

local size = numbers(ARGV[8])
local holders, rates, which = {{KEYS[3], KEYS[4]}}, {}, {}
if ARGV[10] ~= '' then holders[2] = {KEYS[5], KEYS[6]} end
local used, quotas = {}, {numbers(ARGV[9]), numbers(ARGV[10])}
local quota = quotas[1]
for i, holder in ipairs(holders) do used[i] = used_by(holder, quotas[i][5]) end
if ARGV[22] ~= '' then
  local state = redis.call('HGET', KEYS[24], 'state')
  local ends = redis.call('ZSCORE', KEYS[25], ARGV[22])
  if state ~= 'waiting' or not ends or tonumber(ends) <= now then return {'decided', state or 'gone'} end
else
  for i, has in ipairs(used) do
    local what, amount, limit = too_much(has, size, quotas[i])
    if what then return {'quota', i == 1 and 'owner' or 'org', what, amount, limit} end
  end
  for i = 1, 3 do
    local rate = numbers(ARGV[10 + i])
    if rate[1] then
      rates[#rates + 1] = {KEYS[6 + i], rate[1], rate[2], rate[3]}
      which[#which + 1] = i
    end
  end
end
local cell, place = {KEYS[30], KEYS[31]}, numbers(ARGV[29])
if redis.call('HEXISTS', KEYS[29], ARGV[28] .. '/drained') == 1 then return {'cell', 'drained'} end
if too_much(used_by(cell, place[5]), size, place) then return {'cell', 'full'} end
local full, short, wait = room_in(rates, now)
if not full then return {'rate', which[short], ms(wait)} end
-- The last of the refusals, because it writes.
if redis.call('HSETNX', KEYS[2], ARGV[5], ARGV[4]) == 0 then
  return {'taken', redis.call('HGET', KEYS[2], ARGV[5])}
end
spend(rates, full, now)

local id, owner = ARGV[4], ARGV[6]
redis.call('SET', KEYS[16], ARGV[7])
redis.call('HSET', KEYS[10], 'owner', owner, 'want', 'present', 'gen', '1', 'ver', '1', 'phase', 'queued',
  'count', ARGV[17], 'fence', '0', 'queued', ms(now))
leave_trail(KEYS[10], 1, ARGV[26], ARGV[27])
count_living(id, holders, size, 1)
count_living(id, {cell}, size, 1)
redis.call('HSETNX', KEYS[29], ARGV[28] .. '/known', '1')
-- Only where there is such a one.
if redis.call('EXISTS', KEYS[11]) == 1 then redis.call('ZADD', KEYS[11], 0, ARGV[14]) end
begin_lists(KEYS[32], KEYS[20])
enlist({list = KEYS[32], place = ARGV[14], name = ARGV[5], engine = ARGV[17]}, 'queued', ARGV[30])
redis.call('ZADD', KEYS[12], 0, ARGV[14])
redis.call('ZADD', KEYS[13], now, id)
redis.call('HINCRBY', KEYS[20], 'queued:' .. ARGV[17], 1)
if ARGV[24] ~= '' then redis.call('ZADD', KEYS[27], ARGV[24], id) end
if ARGV[25] ~= '' then redis.call('HSET', KEYS[28], ARGV[15], ARGV[25]) end
-- Nobody can hold it yet, and it waits for nothing.
redis.call('ZADD', KEYS[14], turn_of(KEYS[15], owner), id)
tell({events = KEYS[17], log = KEYS[18], id = id, kind = 'accepted', version = '1', note = ARGV[18],
  keep = ARGV[19], most = ARGV[20]})
audit(KEYS[21], KEYS[22], ARGV[21])
local usual = redis.call('HGET', KEYS[23], ARGV[17])
if ARGV[15] ~= '' then
  -- The reply is an object; what there is room for is known only now.
  local room = string.format(',"room":{"stores":%d,"limit":%d,"usually_ms":%d}}',
    used[1][1] + 1, quota[1], tonumber(usual or 0))
  redis.call('HSET', KEYS[19], ARGV[15], string.sub(ARGV[16], 1, -2) .. room)
end
if ARGV[1] ~= '' then
  redis.call('HSET', KEYS[1], 'print', ARGV[1], 'answer', ARGV[3])
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
fulfil(id)
local answer = {'ok', usual}
for _, has in ipairs(used) do
  answer[#answer + 1] = has[1] + 1
  for i = 1, 3 do answer[#answer + 1] = has[i + 1] + size[i] end
end
return answer
