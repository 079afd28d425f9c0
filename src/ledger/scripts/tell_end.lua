-- Gives the right to tell back.
--
-- KEYS  1 who tells
-- ARGV  1 name of the notifier
-- Returns the events that others came with meanwhile: id, what it says, id, ...
local all = redis.call('HGETALL', KEYS[1])
local events, mine = {}, false
for i = 1, #all, 2 do
  if all[i] == 'by' then
    mine = all[i + 1] == ARGV[1]
  else
    events[#events + 1] = all[i]
    events[#events + 1] = all[i + 1]
  end
end
if not mine then return {} end
redis.call('DEL', KEYS[1])
return events
