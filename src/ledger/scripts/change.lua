-- Admits a command on a store that exists: writes the wish and puts the store in line, if the record
-- is still the one the decision was made on.
--
-- KEYS  1 idempotency key  2 store  3 unsettled  4 ready  5 leased  6 delayed  7 turns  8 events
--       9 log  10 counts  11 replies  12 audit  13 audit head  14 rate of the actor's requests
--       15 leases  16 living stores of the owner  17 what they take  18 living stores of the organisation
--       19 what they take  20 living stores of the cell  21 what they take  22 lists
-- ARGV  1 fingerprint ('' = no key)  2 ms to keep the key  3 answer to keep  4 id  5 expected version
--       6 wish ('' = nothing new is wanted, only somebody more to tell)  7 task  8 phase  9 reply id
--       10 reply  11 note  12 ms to keep the log  13 entries of the log  14 audit entry ('' = nobody did it)
--       15 the rate: ms between two, burst, weight ("" = no limit)
--       16 ms in which nothing is done about it yet ('' = none)  17 'back' = only within the grace of the wish before
--       18 kind of the event  19 'lease' = what is written of the lease is new  20 ms of its later end ('' = none)
--       21 ms of its removal ('' = none)  22 ms at which anything is due of the lease ('' = never)  23 size
--       24 the owner's quota ('' = whatever it has)  25 the organisation's  26 '' = there is no organisation
--       27 ms at which it is put to sleep for want of payment ('' = none)  28 request it came with ('' = none)
--       29 place in a trace ('' = none)  30 index member  31 name  32 ms of its end as it was asked for at first
--       ('' = never)
-- Returns {'ok'} | {'replay', answer} | {'key-reused'} | {'conflict'} | {'rate', 1, ms to wait}
--       | {'quota', 'owner' or 'org', resource, used, limit}
if ARGV[1] ~= '' then
  local seen = redis.call('HMGET', KEYS[1], 'print', 'answer')
  if seen[1] == ARGV[1] then return {'replay', seen[2]} end
  if seen[1] then return {'key-reused'} end
end
local was = redis.call('HMGET', KEYS[2], 'ver', 'phase', 'count')
if was[1] ~= ARGV[5] then return {'conflict'} end
local due = redis.call('HGET', KEYS[2], 'due')
if ARGV[17] ~= '' and not (due and tonumber(due) > now_ms()) then
  -- Whoever looks again sees that it is too late.
  redis.call('HDEL', KEYS[2], 'due')
  return {'conflict'}
end

local id, version, now, rates = ARGV[4], was[1], now_ms(), {}
local stands = {list = KEYS[22], place = ARGV[30], name = ARGV[31], engine = was[3]}
local ended = redis.call('HGET', KEYS[2], 'expires') or ARGV[32]
local size, holders = numbers(ARGV[23]), {{KEYS[16], KEYS[17]}}
if ARGV[26] ~= '' then holders[2] = {KEYS[18], KEYS[19]} end
local sleeps = redis.call('HEXISTS', KEYS[2], 'asleep') == 1
local wakes, dozes = sleeps and ARGV[6] == 'present', not sleeps and ARGV[6] == 'asleep'
if wakes and ARGV[24] ~= '' then
  for i, holder in ipairs(holders) do
    local quota = numbers(ARGV[23 + i])
    local has = used_by(holder, quota[5])
    -- It is one of them already, as a part of one.
    has[1] = has[1] - share_of_one(holder, quota[5])
    local what, amount, limit = too_much(has, {size[1] or 0, size[2] or 0, 0}, quota)
    if what then return {'quota', i == 1 and 'owner' or 'org', what, amount, limit} end
  end
end
local rate = numbers(ARGV[15])
if rate[1] then rates[1] = {KEYS[14], rate[1], rate[2], rate[3]} end
local full, _, wait = room_in(rates, now)
if not full then return {'rate', 1, ms(wait)} end
spend(rates, full, now)

if ARGV[6] ~= '' then
  leave_trail(KEYS[2], redis.call('HINCRBY', KEYS[2], 'gen', 1), ARGV[28], ARGV[29])
  version = redis.call('HINCRBY', KEYS[2], 'ver', 1)
  redis.call('HSET', KEYS[2], 'want', ARGV[6], 'task', ARGV[7], 'phase', ARGV[8])
  redis.call('HDEL', KEYS[2], 'attempt', 'claims', 'due')
  if ARGV[16] ~= '' then redis.call('HSET', KEYS[2], 'due', ms(now + ARGV[16])) end
  redis.call('ZADD', KEYS[3], now, id)
  enqueue({store = KEYS[2], ready = KEYS[4], leased = KEYS[5], delayed = KEYS[6], turns = KEYS[7]}, id, now)
  redis.call('HINCRBY', KEYS[10], was[2] .. ':' .. was[3], -1)
  redis.call('HINCRBY', KEYS[10], ARGV[8] .. ':' .. was[3], 1)
  if wakes then
    redis.call('HDEL', KEYS[2], 'asleep')
    count_asleep(with_cell(id, holders, {KEYS[20], KEYS[21]}), size, -1)
  elseif dozes then
    redis.call('HSET', KEYS[2], 'asleep', '1')
    count_asleep(with_cell(id, holders, {KEYS[20], KEYS[21]}), size, 1)
  end
end
if ARGV[19] ~= '' then
  for field, value in pairs({expires = ARGV[20], removes = ARGV[21], sleeps = ARGV[27]}) do
    if value == '' then redis.call('HDEL', KEYS[2], field) else redis.call('HSET', KEYS[2], field, value) end
  end
  if ARGV[6] == '' then
    -- Nothing is to be done, but the namespace has to say so as well.
    version = redis.call('HINCRBY', KEYS[2], 'ver', 1)
    redis.call('ZADD', KEYS[3], now, id)
    enqueue({store = KEYS[2], ready = KEYS[4], leased = KEYS[5], delayed = KEYS[6], turns = KEYS[7]}, id, now)
  end
end
local phase, ends = redis.call('HGET', KEYS[2], 'phase'), redis.call('HGET', KEYS[2], 'expires') or ARGV[32]
if phase ~= was[2] or ends ~= ended then
  unlist(stands, was[2], ended)
  enlist(stands, phase, ends)
end
if ARGV[22] == '' then redis.call('ZREM', KEYS[15], id) else redis.call('ZADD', KEYS[15], ARGV[22], id) end
if ARGV[9] ~= '' then redis.call('HSET', KEYS[11], ARGV[9], ARGV[10]) end
tell({events = KEYS[8], log = KEYS[9], id = id, kind = ARGV[18], version = version, note = ARGV[11],
  keep = ARGV[12], most = ARGV[13]})
if ARGV[14] ~= '' then audit(KEYS[12], KEYS[13], ARGV[14]) end
if ARGV[1] ~= '' then
  redis.call('HSET', KEYS[1], 'print', ARGV[1], 'answer', ARGV[3])
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return {'ok'}
