-- Looks at one unsettled store and gives it a job if it has lost its own: a lost job is never a
-- lost store. The score in `unsettled` is the time of the next look.
--
-- KEYS  1 store  2 unsettled  3 jobs  4 delayed
-- ARGV  1 id  2 ms until the next look
-- Returns 'leased' | 'delayed' | 'queued' | 'requeued' | 'gone'
local is = redis.call('HMGET', KEYS[1], 'lease', 'entry', 'next')
if not is[1] then
  redis.call('ZREM', KEYS[2], ARGV[1])
  return 'gone'
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function look_again(state)
  redis.call('ZADD', KEYS[2], 'XX', now + ARGV[2], ARGV[1])
  return state
end
if tonumber(is[1]) > now then return look_again('leased') end
if redis.call('ZSCORE', KEYS[4], ARGV[1]) then return look_again('delayed') end
for _, entry in ipairs({is[2] or '', is[3] or ''}) do
  if entry ~= '' and #redis.call('XRANGE', KEYS[3], entry, entry) > 0 then return look_again('queued') end
end
local entry = redis.call('XADD', KEYS[3], '*', 'v', '1', 's', ARGV[1])
redis.call('HSET', KEYS[1], 'entry', entry)
return look_again('requeued')
