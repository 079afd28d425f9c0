-- Writes the record of a store that the ledger does not know, as its namespace tells it, and has a
-- worker look at it. Either everything below is written or nothing.
--
-- KEYS  1 store  2 names  3 living stores of the owner  4 index of all stores
--       5 index of the owner's stores  6 unsettled  7 jobs  8 events  9 counts
-- ARGV  1 id  2 name  3 owner  4 spec  5 wish  6 task  7 generation  8 observed  9 version  10 phase
--       11 count field  12 fence  13 index member  14 store that gives the name back ('' = none)
-- Returns {'known'} | {'raised', fence of before}  it is known, by an older fence
--       | {'restored'} | {'unnamed', id of the store that has the name} | {'renamed', id of the store that had it}
local id, name, fence = ARGV[1], ARGV[2], ARGV[12]
local known = redis.call('HGET', KEYS[1], 'fence')
if known then
  -- A ledger from a backup: with its fences no worker could write to the namespace.
  if tonumber(known) >= tonumber(fence) then return {'known'} end
  redis.call('HSET', KEYS[1], 'fence', fence)
  return {'raised', known}
end

local answer = {'restored'}
local holder = redis.call('HGET', KEYS[2], name)
if not holder or holder == id then
  redis.call('HSET', KEYS[2], name, id)
elseif holder == ARGV[14] then
  redis.call('HSET', KEYS[2], name, id)
  answer = {'renamed', holder}
else
  answer = {'unnamed', holder}
end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local entry = redis.call('XADD', KEYS[7], '*', 'v', '1', 's', id)
redis.call('HSET', KEYS[1], 'schema', '1', 'spec', ARGV[4], 'want', ARGV[5], 'task', ARGV[6], 'gen', ARGV[7],
  'obs', ARGV[8], 'ver', ARGV[9], 'phase', ARGV[10], 'count', ARGV[11], 'fence', fence, 'lease', '0',
  'attempt', '0', 'entry', entry)
redis.call('SADD', KEYS[3], id)
redis.call('ZADD', KEYS[4], 0, ARGV[13])
redis.call('ZADD', KEYS[5], 0, ARGV[13])
redis.call('ZADD', KEYS[6], now, id)
redis.call('HINCRBY', KEYS[9], ARGV[10] .. ':' .. ARGV[11], 1)
redis.call('XADD', KEYS[8], '*', 's', id, 'k', 'restored', 'v', ARGV[9])
return answer
