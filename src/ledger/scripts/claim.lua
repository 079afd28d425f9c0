-- Gives a store that was taken to one worker: the fence grows, the lease begins. Time is Redis' own.
--
-- KEYS  1 store  2 leased  3 specification  4 what was seen
-- ARGV  1 id  2 worker  3 lease in ms
-- Returns {'claimed', fence, attempt, claims without a sign of progress, ms the store waited,
--          ms in which nothing is to be done yet, fields of the store, {specification, what was seen}}
--       | {'busy'}     another claim lives
--       | {'missing'}  there is no such record
local was = redis.call('HMGET', KEYS[1], 'gen', 'lease', 'queued')
if not was[1] then return {'missing'} end
local now = now_ms()
local lease = tonumber(was[2] or 0)
if lease > now then
  -- Looked at again when that lease should have ended.
  redis.call('ZADD', KEYS[2], ms(lease), ARGV[1])
  return {'busy'}
end
local due, early = redis.call('HGET', KEYS[1], 'due'), 0
if due then
  early = math.max(tonumber(due) - now, 0)
  -- From now on it cannot be taken back, whatever becomes of the clock.
  if early == 0 then redis.call('HDEL', KEYS[1], 'due') end
end
local fence = redis.call('HINCRBY', KEYS[1], 'fence', 1)
local claims = redis.call('HINCRBY', KEYS[1], 'claims', 1)
local until_ms = ms(now + ARGV[3])
redis.call('HSET', KEYS[1], 'lease', until_ms, 'worker', ARGV[2])
redis.call('HDEL', KEYS[1], 'again')
redis.call('ZADD', KEYS[2], until_ms, ARGV[1])
local attempt = tonumber(redis.call('HGET', KEYS[1], 'attempt') or 0) + 1
return {'claimed', fence, attempt, claims, now - tonumber(was[3] or now), early,
  redis.call('HMGET', KEYS[1], 'want', 'gen', 'ver', 'task', 'spec', 'obs', 'due', 'expires', 'removes', 'sleeps', 'request', 'trace'), redis.call('MGET', KEYS[3], KEYS[4])}
