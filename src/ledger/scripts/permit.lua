-- Lets a store's holder run Helm, if its cell has room. A permit is worth as much as the lease of the
-- store that has it, so that a worker's death gives it back.
--
-- KEYS  1 permits of the cell  2 leased
-- ARGV  1 id  2 most at once
-- Returns 1 when it may run.
local now, held = now_ms(), 0
for _, id in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  local lease = redis.call('ZSCORE', KEYS[2], id)
  if lease and tonumber(lease) > now then
    if id == ARGV[1] then return 1 end
    held = held + 1
  else
    redis.call('SREM', KEYS[1], id)
  end
end
if held >= tonumber(ARGV[2]) then return 0 end
redis.call('SADD', KEYS[1], ARGV[1])
return 1
