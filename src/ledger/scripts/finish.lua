-- Ends a claim and says in the same step how it goes on.
--
-- KEYS  1 store  2 unsettled  3 ready  4 leased  5 delayed  6 turns  7 dead letters  8 names
--       9 living stores of the owner  10 what they take  11 living stores of the organisation
--       12 what they take  13 purge  14 former names  15 wanted login
--       16 living stores of the cell  17 what they take
-- ARGV  1 fence  2 id  3 generation that was looked at  4 how: settled | gone | retry | later | dead | handback
--       5 ms of pause (retry, later), ms to keep the record (gone) or the reason (dead)  6 name
--       7 dead letters kept  8 size  9 '' = there is no organisation
-- Returns 'done' | 'again' (more is wanted meanwhile, the store is in line) | 'lost'
local is = redis.call('HMGET', KEYS[1], 'fence', 'gen', 'again', 'letter')
if is[1] ~= ARGV[1] then return 'lost' end
local id, how, now = ARGV[2], ARGV[4], now_ms()
redis.call('ZREM', KEYS[4], id)
-- It was thought abandoned and is in line for the next one already, with whatever was asked since.
local in_line = redis.call('ZREM', KEYS[3], id) == 1
-- What only a claim needs takes no room of a store at rest.
redis.call('HDEL', KEYS[1], 'lease', 'claims', 'worker', 'queued', 'again')

local queue = {store = KEYS[1], ready = KEYS[3], leased = KEYS[4], delayed = KEYS[5], turns = KEYS[6]}
local function again()
  redis.call('ZADD', KEYS[2], now, id)
  enqueue(queue, id, now)
  return 'again'
end

local changed = is[2] ~= ARGV[3]
if changed then redis.call('HDEL', KEYS[1], 'attempt') end
if changed or in_line or how == 'handback' then return again() end
if how == 'retry' or how == 'later' then
  if how == 'retry' then redis.call('HINCRBY', KEYS[1], 'attempt', 1) end
  redis.call('ZADD', KEYS[5], ms(now + ARGV[5]), id)
  redis.call('ZADD', KEYS[2], ms(now + ARGV[5]), id)
  return 'done'
end
redis.call('ZREM', KEYS[2], id)
redis.call('HDEL', KEYS[1], 'attempt')
-- Any end answers an earlier letter.
if is[4] then
  redis.call('XDEL', KEYS[7], is[4])
  redis.call('HDEL', KEYS[1], 'letter')
end
if how == 'gone' then
  -- From now on the name can be given to somebody else, and the quota is free again. Whoever is gone
  -- already must not take the name's past from a later store of that name.
  local holders = {{KEYS[9], KEYS[10]}}
  if ARGV[9] ~= '' then holders[2] = {KEYS[11], KEYS[12]} end
  holders = with_cell(id, holders, {KEYS[16], KEYS[17]})
  if redis.call('HDEL', KEYS[1], 'asleep') == 1 then count_asleep(holders, numbers(ARGV[8]), -1) end
  count_living(id, holders, numbers(ARGV[8]), -1)
  if redis.call('HGET', KEYS[8], ARGV[6]) == id then
    redis.call('HDEL', KEYS[8], ARGV[6])
    redis.call('HSET', KEYS[14], ARGV[6], id)
  end
  redis.call('ZADD', KEYS[13], 'NX', ms(now + ARGV[5]), id)
  return 'done'
end
if how == 'dead' then
  local letter = redis.call('XADD', KEYS[7], 'MAXLEN', '~', ARGV[7], '*', 's', id, 'kind', 'given-up', 'reason', ARGV[5])
  redis.call('HSET', KEYS[1], 'letter', letter)
end
-- Asked for while this claim lived: a look, or a login.
if is[3] or redis.call('EXISTS', KEYS[15]) == 1 then return again() end
return 'done'
