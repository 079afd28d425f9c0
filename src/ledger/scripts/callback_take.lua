-- Takes due callbacks for a while: whoever took them and dies gives them back by the clock.
--
-- KEYS  1 callbacks by due time  2 callbacks
-- ARGV  1 how many  2 lease in ms
-- Returns {id, callback} for each.
local now = now_ms()
local ids = redis.call('ZRANGE', KEYS[1], '-inf', now, 'BYSCORE', 'LIMIT', 0, ARGV[1])
local found = {}
for _, id in ipairs(ids) do
  local callback = redis.call('HGET', KEYS[2], id)
  if callback then
    redis.call('ZADD', KEYS[1], now + ARGV[2], id)
    found[#found + 1] = {id, callback}
  else
    redis.call('ZREM', KEYS[1], id)
  end
end
return found
