-- Counts what is on a cell anew.
--
-- KEYS  1 cells  2 its living stores  3 what they take  4 … the stores that are there as far as the caller knows
-- ARGV  1 name  2, 3 … for each store: id, size
-- Returns 'same' | 'mended' | 'again' (there is one that the caller does not know)
local known, before = {}, redis.call('SMEMBERS', KEYS[2])
for i = 2, #ARGV, 2 do known[ARGV[i]] = true end
for _, id in ipairs(before) do
  if not known[id] then return 'again' end
end
local changed, sums = false, {cpu = 0, memory = 0, disk = 0, asleep = 0}
for i = 4, #KEYS do
  local id, size = ARGV[2 * (i - 3)], numbers(ARGV[2 * (i - 3) + 1])
  local is = redis.call('HMGET', KEYS[i], 'phase', 'asleep')
  if is[1] and is[1] ~= 'deleted' then
    if redis.call('SADD', KEYS[2], id) == 1 then changed = true end
    sums.disk = sums.disk + (size[3] or 0)
    if is[2] then
      sums.asleep = sums.asleep + 1
    else
      sums.cpu, sums.memory = sums.cpu + (size[1] or 0), sums.memory + (size[2] or 0)
    end
  elseif redis.call('SREM', KEYS[2], id) == 1 then
    changed = true
  end
end
for name, sum in pairs(sums) do
  if tonumber(redis.call('HGET', KEYS[3], name) or '0') ~= sum then
    redis.call('HSET', KEYS[3], name, ms(sum))
    changed = true
  end
end
if redis.call('EXISTS', KEYS[2]) == 0 then
  redis.call('DEL', KEYS[3])
else
  redis.call('HSETNX', KEYS[1], ARGV[1] .. '/known', '1')
end
return changed and 'mended' or 'same'
