-- Says what became of a wanted login, if the worker's claim is still the newest one.
--
-- KEYS  1 store  2 wanted login  3 answer  4 events  5 log
-- ARGV  1 fence  2 id of the wish  3 answer  4 ms to keep it  5 id  6 event kind ('' = none)
--       7 note  8 ms to keep the log  9 entries of the log
-- Returns 1, or -1 when the claim is lost.
local is = redis.call('HMGET', KEYS[1], 'fence', 'ver')
if is[1] ~= ARGV[1] then return -1 end
if redis.call('HGET', KEYS[2], 'id') == ARGV[2] then redis.call('DEL', KEYS[2]) end
redis.call('RPUSH', KEYS[3], ARGV[3])
redis.call('PEXPIRE', KEYS[3], ARGV[4])
if ARGV[6] ~= '' then
  tell({events = KEYS[4], log = KEYS[5], id = ARGV[5], kind = ARGV[6], version = is[2], note = ARGV[7],
    keep = ARGV[8], most = ARGV[9]})
end
return 1
