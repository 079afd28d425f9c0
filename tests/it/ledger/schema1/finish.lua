-- Ends a claim: the entry is acknowledged in the same step that says how it goes on.
--
-- KEYS  1 store  2 jobs  3 unsettled  4 delayed  5 dead letters  6 names  7 living stores of the owner
--       8 purge  9 former names  10 wanted login
-- ARGV  1 fence  2 group  3 id  4 generation that was looked at  5 how: settled | gone | retry | dead | handback
--       6 ms of pause (retry), ms to keep the record (gone) or the reason (dead)  7 name
-- Returns 'done' | 'again' (something else is wanted meanwhile, a new job is queued) | 'lost'
local is = redis.call('HMGET', KEYS[1], 'fence', 'gen', 'entry')
if is[1] ~= ARGV[1] then return 'lost' end
local how = ARGV[5]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('XACK', KEYS[2], ARGV[2], is[3])
redis.call('XDEL', KEYS[2], is[3])
redis.call('HSET', KEYS[1], 'lease', '0')

-- A login that was asked for while this claim lived has no other job than the one it found busy.
local asked = how == 'settled' and redis.call('EXISTS', KEYS[10]) == 1
if is[2] ~= ARGV[4] or how == 'handback' or asked then
  local entry = redis.call('XADD', KEYS[2], '*', 'v', '1', 's', ARGV[3])
  redis.call('HSET', KEYS[1], 'entry', entry, 'attempt', '0')
  redis.call('ZADD', KEYS[3], now, ARGV[3])
  return 'again'
end
if how == 'retry' then
  redis.call('ZADD', KEYS[4], now + ARGV[6], ARGV[3])
  redis.call('ZADD', KEYS[3], now + ARGV[6], ARGV[3])
  return 'done'
end
redis.call('ZREM', KEYS[3], ARGV[3])
redis.call('HSET', KEYS[1], 'attempt', '0', 'entry', '')
if how == 'dead' then
  redis.call('XADD', KEYS[5], '*', 's', ARGV[3], 'reason', ARGV[6])
elseif how == 'gone' then
  -- From now on the name can be given to somebody else, and the quota is free again.
  if redis.call('HGET', KEYS[6], ARGV[7]) == ARGV[3] then redis.call('HDEL', KEYS[6], ARGV[7]) end
  redis.call('HSET', KEYS[9], ARGV[7], ARGV[3])
  redis.call('SREM', KEYS[7], ARGV[3])
  redis.call('ZADD', KEYS[8], now + ARGV[6], ARGV[3])
end
return 'done'
