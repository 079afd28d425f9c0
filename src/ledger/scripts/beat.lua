-- Keeps a claim alive, if it is still the newest one.
--
-- KEYS  1 store  2 leased
-- ARGV  1 fence  2 lease in ms  3 id
-- Returns the wished generation, or -1 when the claim is lost.
local is = redis.call('HMGET', KEYS[1], 'fence', 'gen')
if is[1] ~= ARGV[1] then return -1 end
local until_ms = ms(now_ms() + ARGV[2])
redis.call('HSET', KEYS[1], 'lease', until_ms)
redis.call('ZADD', KEYS[2], until_ms, ARGV[3])
return tonumber(is[2])
