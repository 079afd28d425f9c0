-- Sets things for a Discord server, with the audit.
--
-- KEYS  1 server  2 audit  3 audit head
-- ARGV  1 audit entry  2 most fields  3.. field, value ('' takes it back)
-- Returns 1, or 0 where there would be too many; nothing was written then.
local more = 0
for i = 3, #ARGV, 2 do
  if ARGV[i + 1] ~= '' and redis.call('HEXISTS', KEYS[1], ARGV[i]) == 0 then more = more + 1 end
end
if more > 0 and redis.call('HLEN', KEYS[1]) + more > tonumber(ARGV[2]) then return 0 end
for i = 3, #ARGV, 2 do
  if ARGV[i + 1] == '' then redis.call('HDEL', KEYS[1], ARGV[i]) else redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
end
audit(KEYS[2], KEYS[3], ARGV[1])
return 1
