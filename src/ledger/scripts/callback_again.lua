-- Sends a delivery again that is over, under the same id.
--
-- Whoever sends it again knows that its receiver is there again, even if it once said that it wants no more.
--
-- KEYS  1 callbacks  2 callbacks by due time  3 entries  4 audit  5 audit head  6 endpoints that want no more
-- ARGV  1 id  2 what becomes of it  3 audit entry
-- Returns 'ok' | 'pending' | 'gone'
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 1 then return 'pending' end
local callback = redis.call('HGET', KEYS[3], ARGV[1] .. '/callback')
if not callback then return 'gone' end
local endpoint = cjson.decode(callback).endpoint
if endpoint then redis.call('HDEL', KEYS[6], endpoint) end
redis.call('HSET', KEYS[1], ARGV[1], callback)
redis.call('ZADD', KEYS[2], ms(now_ms()), ARGV[1])
redis.call('HSET', KEYS[3], ARGV[1] .. '/end', ARGV[2])
audit(KEYS[4], KEYS[5], ARGV[3])
return 'ok'
