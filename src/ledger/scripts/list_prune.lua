-- Strikes off the lists what stands there and should not: of stores that are gone, or under what they were before.
--
-- KEYS  1 lists  2 … the store of each member
-- ARGV  1 '' = look only  2 … the members
-- Returns how many there were.
local wrong = 0
for i = 2, #KEYS do
  local member = ARGV[i]
  local is = redis.pcall('HMGET', KEYS[i], 'phase', 'count', 'expires')
  if not is.err then
    local right = is[1] and is[2] and string.sub(member, 2, 3) == letters(is[1], is[2])
    if right and string.sub(member, 1, 1) == 'e' then
      right = is[1] ~= 'deleted' and (not is[3] or tonumber(string.sub(member, 4, 16)) == tonumber(is[3]))
    end
    if not right then
      wrong = wrong + 1
      if ARGV[1] ~= '' then redis.call('ZREM', KEYS[1], member) end
    end
  end
end
return wrong
