-- Puts a question to the workers of a cell, unless too many wait already.
--
-- KEYS  1 questions  2 open question  3 knock
-- ARGV  1 question  2 most that may wait  3 ms until nobody waits for the answer any more
--       4 ms for which a knock is heard
-- Returns 'ok' | 'full'
if redis.call('LLEN', KEYS[1]) >= tonumber(ARGV[2]) then return 'full' end
redis.call('RPUSH', KEYS[1], ARGV[1])
-- When no worker is there, the list goes with the last one who waited.
redis.call('PEXPIRE', KEYS[1], ARGV[3])
redis.call('SET', KEYS[2], '', 'PX', ARGV[3])
-- Where there is no worker, one may come for it, too late for this question and in time for the next.
redis.call('SET', KEYS[3], '', 'PX', ARGV[4])
return 'ok'
