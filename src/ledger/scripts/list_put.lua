-- Puts stores into the lists where they are not there as they have to be.
--
-- KEYS  1 lists  2 … the stores
-- ARGV  1 '' = look only  2 … for each store: index member, name, ms of its end as it was asked for at first ('' = never)
-- Returns how many were not there rightly. Stores that are gone by now have to be nowhere.
local wrong = 0
for i = 2, #KEYS do
  local is = redis.pcall('HMGET', KEYS[i], 'phase', 'count', 'expires')
  if not is.err and is[1] and is[2] then
    local at = 3 * (i - 2) + 1
    local stands = {list = KEYS[1], place = ARGV[at + 1], name = ARGV[at + 2], engine = is[2]}
    local ends, there = is[3] or ARGV[at + 3], true
    for _, member in ipairs(standing(stands, is[1], ends)) do
      there = there and redis.call('ZSCORE', KEYS[1], member)
    end
    if not there then
      wrong = wrong + 1
      if ARGV[1] ~= '' then
        unlist(stands, is[1], ends)
        enlist(stands, is[1], ends)
      end
    end
  end
end
return wrong
