-- Writes the record of a store that the ledger does not know, as its namespace tells it, and puts it in
-- line for a worker to look at; and of one that it knows as it was before, because it came from a backup.
-- Either everything below is written or nothing.
--
-- KEYS  1 store  2 names  3 living stores of the owner  4 stores, for an older storebot
--       5 index of the owner's stores  6 unsettled  7 ready  8 leased  9 delayed  10 turns
--       11 events  12 log  13 counts  14 what the owner's living stores take
--       15 living stores of the organisation  16 what they take  17 specification  18 what was seen
--       19 leases  20 cells  21 living stores of the cell  22 what they take  23 lists
-- ARGV  1 id  2 name  3 owner  4 spec  5 wish  6 task  7 generation  8 observed  9 version  10 phase
--       11 count field  12 fence  13 index member  14 store that gives the name back ('' = none)
--       15 note  16 ms to keep the log  17 entries of the log  18 size  19 '' = there is no organisation
--       20 ms of its later end ('' = none)  21 ms of its removal ('' = none)  22 '' = its lease never ends
--       23 ms at which it is put to sleep for want of payment ('' = none)
--       24 generation that the namespace was written with  25 cell
--       26 ms of its end as it was asked for at first ('' = never)
-- Returns {'known'} | {'raised'}  it is known, by an older fence
--       | {'caught-up'}          it is known as it was before
--       | {'restored'} | {'unnamed', id of the store that has the name} | {'renamed', id of the store that had it}
local id, name, fence = ARGV[1], ARGV[2], ARGV[12]
local now, version = now_ms(), tonumber(ARGV[9])
local was = redis.call('HMGET', KEYS[1], 'fence', 'gen', 'ver', 'phase', 'count')
if was[1] then
  local gen, ver, has = tonumber(was[2]), tonumber(was[3]), tonumber(was[1])
  local written = tonumber(ARGV[24])
  -- What stands in a namespace stood in the ledger first, so this ledger came from a backup. `version` is above the
  -- one that the namespace was written with.
  local older = written > gen or (written == gen and version > ver + 1)
  if not older or was[4] == 'deleted' then
    if has >= tonumber(fence) then return {'known'} end
    -- Fences only grow: that, too, is a ledger from a backup, and what was asked of it since is the newest wish
    -- there is. With its fences no worker could write to the namespace.
    redis.call('HSET', KEYS[1], 'fence', fence)
    return {'raised'}
  end
  version = math.max(version, ver + 1)
  fence = ms(math.max(tonumber(fence), has))
end

local stands = {list = KEYS[23], place = ARGV[13], name = name, engine = ARGV[11]}
if was[1] then unlist(stands, was[4], redis.call('HGET', KEYS[1], 'expires') or ARGV[26]) end
local answer = {was[1] and 'caught-up' or 'restored'}
local holder = redis.call('HGET', KEYS[2], name)
if was[1] then
  -- It has its name, or had to do without.
elseif not holder or holder == id then
  redis.call('HSET', KEYS[2], name, id)
elseif holder == ARGV[14] then
  redis.call('HSET', KEYS[2], name, id)
  answer = {'renamed', holder}
else
  answer = {'unnamed', holder}
end

redis.call('SET', KEYS[17], ARGV[4])
redis.call('SET', KEYS[18], ARGV[8])
redis.call('HSET', KEYS[1], 'owner', ARGV[3], 'want', ARGV[5], 'task', ARGV[6], 'gen', ARGV[7], 'ver', ms(version),
  'phase', ARGV[10], 'count', ARGV[11], 'fence', fence)
local holders = {{KEYS[3], KEYS[14]}}
if ARGV[19] ~= '' then holders[2] = {KEYS[15], KEYS[16]} end
holders[#holders + 1] = {KEYS[21], KEYS[22]}
redis.call('HSETNX', KEYS[20], ARGV[25] .. '/known', '1')
count_living(id, holders, numbers(ARGV[18]), 1)
local slept, sleeps = redis.call('HEXISTS', KEYS[1], 'asleep') == 1, ARGV[5] == 'asleep'
if sleeps and not slept then
  redis.call('HSET', KEYS[1], 'asleep', '1')
  count_asleep(holders, numbers(ARGV[18]), 1)
elseif slept and not sleeps then
  redis.call('HDEL', KEYS[1], 'asleep')
  count_asleep(holders, numbers(ARGV[18]), -1)
end
if was[1] then
  redis.call('HDEL', KEYS[1], 'attempt', 'claims', 'due', 'expires', 'sleeps', 'removes')
  redis.call('HINCRBY', KEYS[13], was[4] .. ':' .. was[5], -1)
end
if ARGV[20] ~= '' then redis.call('HSET', KEYS[1], 'expires', ARGV[20]) end
if ARGV[23] ~= '' then redis.call('HSET', KEYS[1], 'sleeps', ARGV[23]) end
if ARGV[21] ~= '' then redis.call('HSET', KEYS[1], 'removes', ARGV[21]) end
-- What is due of it is seen at once.
if ARGV[22] ~= '' or ARGV[23] ~= '' then redis.call('ZADD', KEYS[19], ms(now), id) end
if redis.call('EXISTS', KEYS[4]) == 1 then redis.call('ZADD', KEYS[4], 0, ARGV[13]) end
begin_lists(KEYS[23], KEYS[13])
enlist(stands, ARGV[10], ARGV[20] ~= '' and ARGV[20] or ARGV[26])
redis.call('ZADD', KEYS[5], 0, ARGV[13])
redis.call('ZADD', KEYS[6], now, id)
redis.call('HINCRBY', KEYS[13], ARGV[10] .. ':' .. ARGV[11], 1)
enqueue({store = KEYS[1], ready = KEYS[7], leased = KEYS[8], delayed = KEYS[9], turns = KEYS[10]}, id, now)
tell({events = KEYS[11], log = KEYS[12], id = id, kind = 'restored', version = ms(version), note = ARGV[15],
  keep = ARGV[16], most = ARGV[17]})
return answer
