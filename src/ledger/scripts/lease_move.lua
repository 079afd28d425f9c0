-- Notes when anything is due of a store's lease, if its record is still the one that this was decided on.
--
-- KEYS  1 store  2 leases
-- ARGV  1 id  2 expected version  3 ms ('' = never)
if redis.call('HGET', KEYS[1], 'ver') ~= ARGV[2] then return 0 end
if ARGV[3] == '' then redis.call('ZREM', KEYS[2], ARGV[1]) else redis.call('ZADD', KEYS[2], ARGV[3], ARGV[1]) end
return 1
