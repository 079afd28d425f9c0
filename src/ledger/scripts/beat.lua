-- Keeps a claim alive, if it is still the newest one.
--
-- KEYS  1 store  2 leased  3 ready
-- ARGV  1 fence  2 lease in ms  3 id
-- Returns the wished generation, or -1 when the claim is lost.
local is = redis.call('HMGET', KEYS[1], 'fence', 'gen')
if is[1] ~= ARGV[1] then return -1 end
local until_ms = ms(now_ms() + ARGV[2])
redis.call('HSET', KEYS[1], 'lease', until_ms)
redis.call('ZADD', KEYS[2], until_ms, ARGV[3])
-- It was thought abandoned and nobody has taken it yet: it is not, and what was asked since comes after.
if redis.call('ZREM', KEYS[3], ARGV[3]) == 1 then redis.call('HSET', KEYS[1], 'again', '1') end
return tonumber(is[2])
