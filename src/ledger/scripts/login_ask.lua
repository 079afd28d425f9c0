-- Admits a wish for a new login: the password's hash for a short while, the job that wakes a worker,
-- and the event, if the record is still the one the decision was made on.
--
-- KEYS  1 store  2 wanted login  3 jobs  4 events  5 unsettled
-- ARGV  1 id  2 expected version  3 id of the wish  4 hash  5 ms to keep it
-- Returns 'ok' | 'conflict' | 'busy' (another login is being made)
local version = redis.call('HGET', KEYS[1], 'ver')
if version ~= ARGV[2] then return 'conflict' end
if redis.call('EXISTS', KEYS[2]) == 1 then return 'busy' end

redis.call('HSET', KEYS[2], 'id', ARGV[3], 'hash', ARGV[4])
redis.call('PEXPIRE', KEYS[2], ARGV[5])
local time = redis.call('TIME')
local entry = redis.call('XADD', KEYS[3], '*', 'v', '1', 's', ARGV[1])
redis.call('HSET', KEYS[1], 'next', entry)
redis.call('ZADD', KEYS[5], time[1] * 1000 + math.floor(time[2] / 1000), ARGV[1])
redis.call('XADD', KEYS[4], '*', 's', ARGV[1], 'k', 'credentials-asked', 'v', version)
return 'ok'
