-- Ends a request that waits: denied by somebody, or by the clock.
--
-- KEYS  1 approval  2 approvals that wait  3 those of the actor, by name  4 audit  5 audit head
-- ARGV  1 id  2 name  3 denied | expired  4 by  5 audit entry ('' = none)
-- Returns the state it had: 'waiting' (it is ended now), or what it was already; 'gone'
local state, now = redis.call('HGET', KEYS[1], 'state'), now_ms()
local ends = redis.call('ZSCORE', KEYS[2], ARGV[1])
if not state then
  redis.call('ZREM', KEYS[2], ARGV[1])
  return 'gone'
end
if state ~= 'waiting' then return state end
local over = not ends or tonumber(ends) <= now
if ARGV[3] == 'expired' and not over then return 'early' end
if ARGV[3] == 'denied' and over then return 'expired' end
redis.call('HSET', KEYS[1], 'state', ARGV[3], 'by', ARGV[4], 'at', ms(now))
redis.call('ZREM', KEYS[2], ARGV[1])
if redis.call('HGET', KEYS[3], ARGV[2]) == ARGV[1] then redis.call('HDEL', KEYS[3], ARGV[2]) end
if ARGV[5] ~= '' then audit(KEYS[4], KEYS[5], ARGV[5]) end
return 'waiting'
