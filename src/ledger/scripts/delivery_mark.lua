-- Writes down what became of a delivery, unless it was forgotten meanwhile.
--
-- KEYS  1 entries
-- ARGV  1 id  2 what became of it
-- Returns 1, or 0 when there is no such entry.
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('HSET', KEYS[1], ARGV[1] .. '/end', ARGV[2])
return 1
