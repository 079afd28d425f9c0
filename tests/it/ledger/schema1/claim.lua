-- Takes a store for one worker: the fence grows, the lease begins. Time is Redis' own.
--
-- KEYS  1 store  2 jobs  3 unsettled  4 delayed
-- ARGV  1 group  2 entry  3 id  4 worker  5 lease in ms
-- Returns {'claimed', fence, attempt, ms the job waited, fields of the store ...}
--       | {'settled'}  nothing to do: the entry is gone
--       | {'busy'}     another claim lives; a doubled entry is gone, its own entry stays
local was = redis.call('HMGET', KEYS[1], 'gen', 'lease', 'entry')
if not was[1] or not redis.call('ZSCORE', KEYS[3], ARGV[3]) then
  redis.call('XACK', KEYS[2], ARGV[1], ARGV[2])
  redis.call('XDEL', KEYS[2], ARGV[2])
  return {'settled'}
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if tonumber(was[2]) > now then
  -- What a doubled entry asks for is not lost: the holder compares the generation when it ends.
  if was[3] ~= ARGV[2] then
    redis.call('XACK', KEYS[2], ARGV[1], ARGV[2])
    redis.call('XDEL', KEYS[2], ARGV[2])
  end
  return {'busy'}
end
local fence = redis.call('HINCRBY', KEYS[1], 'fence', 1)
local attempt = redis.call('HINCRBY', KEYS[1], 'attempt', 1)
redis.call('HSET', KEYS[1], 'lease', string.format('%.0f', now + ARGV[5]), 'worker', ARGV[4], 'entry', ARGV[2])
redis.call('ZREM', KEYS[4], ARGV[3])
redis.call('ZADD', KEYS[3], 'XX', now + ARGV[5], ARGV[3])
local waited = now - tonumber(string.match(ARGV[2], '^%d+'))
return {'claimed', fence, attempt, waited, unpack(redis.call('HMGET', KEYS[1], 'spec', 'want', 'gen', 'obs', 'ver', 'task'))}
