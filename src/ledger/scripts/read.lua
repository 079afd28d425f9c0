-- Reads records as they are at one moment. What is damaged does not hide the others.
--
-- KEYS  for each store: 1 store  2 specification  3 what was seen
-- ARGV  1 owner ('' = anybody's)
-- Returns for each {fields of the store, {specification, what was seen}} | {why it cannot be read}
--       | {} (somebody else's, or there is none: the same is done for both)
local rows = {}
for at = 1, #KEYS, 3 do
  local fields = redis.pcall('HMGET', KEYS[at], 'want', 'gen', 'ver', 'task', 'spec', 'obs', 'due', 'expires', 'removes', 'sleeps', 'request', 'trace', 'owner')
  local beside = redis.call('MGET', KEYS[at + 1], KEYS[at + 2])
  -- The last one is for this script alone.
  local whose = table.remove(fields)
  if fields.err then
    rows[#rows + 1] = {fields.err}
  elseif not (fields[1] or fields[2] or fields[3]) or (ARGV[1] ~= '' and whose and whose ~= ARGV[1]) then
    rows[#rows + 1] = {}
  else
    rows[#rows + 1] = {fields, beside}
  end
end
return rows
