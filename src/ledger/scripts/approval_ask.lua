-- Keeps a request that is over a quota for an approver.
--
-- KEYS  1 approval  2 approvals that wait  3 those of the actor, by name  4 audit  5 audit head
-- ARGV  1 id  2 name  3 entry  4 ms at which it ends  5 most that wait of an actor  6 ms to keep it after that
--       7 audit entry
-- Returns {'ok'} | {'known', id, ms at which it ends} (the same actor waits for this name already) | {'full'}
local known = redis.call('HGET', KEYS[3], ARGV[2])
local ends = known and redis.call('ZSCORE', KEYS[2], known)
if ends and tonumber(ends) > now_ms() then return {'known', known, ms(ends)} end
if not known and redis.call('HLEN', KEYS[3]) >= tonumber(ARGV[5]) then return {'full'} end
redis.call('HSET', KEYS[1], 'entry', ARGV[3], 'state', 'waiting')
redis.call('PEXPIREAT', KEYS[1], ms(ARGV[4] + ARGV[6]))
redis.call('ZADD', KEYS[2], ARGV[4], ARGV[1])
redis.call('HSET', KEYS[3], ARGV[2], ARGV[1])
audit(KEYS[4], KEYS[5], ARGV[7])
return {'ok'}
