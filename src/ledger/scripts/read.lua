-- Reads records as they are at one moment. What is damaged does not hide the others.
--
-- KEYS  for each store: 1 store  2 specification  3 what was seen
-- Returns for each {fields of the store, {specification, what was seen}} | {why it cannot be read}
local rows = {}
for at = 1, #KEYS, 3 do
  local fields = redis.pcall('HMGET', KEYS[at], 'want', 'gen', 'ver', 'task', 'spec', 'obs')
  rows[#rows + 1] = fields.err and {fields.err} or {fields, redis.call('MGET', KEYS[at + 1], KEYS[at + 2])}
end
return rows
