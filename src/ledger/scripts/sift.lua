-- Says which stores may be those that are looked for, by what stands in their hashes. The rest of them is not read:
-- that is what makes it cheap.
--
-- KEYS  the stores
-- ARGV  1 phase ('' = any)  2 what they are counted as ('' = any)  3 '' = deleted ones, too  4 most to be found
--       5 owner ('' = anybody)
-- Returns the places of those among KEYS, from 1 on. What is damaged is among them: whoever reads it says so.
local found = {}
for at, key in ipairs(KEYS) do
  local is = redis.pcall('HMGET', key, 'phase', 'count', 'owner')
  local phase, count, owner = is[1], is[2], is[3]
  local other = (phase and ARGV[1] ~= '' and phase ~= ARGV[1])
    or (count and ARGV[2] ~= '' and count ~= ARGV[2])
    or (ARGV[3] ~= '' and phase == 'deleted')
    or (owner and ARGV[5] ~= '' and owner ~= ARGV[5])
  if is.err or not other then
    found[#found + 1] = at
    if #found == tonumber(ARGV[4]) then return found end
  end
end
return found
