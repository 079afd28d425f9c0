-- Admits a wish for a new login: the password's hash for a short while, a place in line, the event
-- and the audit, if the record is still the one the decision was made on.
--
-- KEYS  1 store  2 wanted login  3 unsettled  4 ready  5 leased  6 delayed  7 turns  8 events  9 log
--       10 audit  11 audit head
-- ARGV  1 id  2 expected version  3 id of the wish  4 hash  5 ms to keep it  6 note
--       7 ms to keep the log  8 entries of the log  9 audit entry
-- Returns 'ok' | 'conflict' | 'busy' (another login is being made)
local version = redis.call('HGET', KEYS[1], 'ver')
if version ~= ARGV[2] then return 'conflict' end
if redis.call('EXISTS', KEYS[2]) == 1 then return 'busy' end

redis.call('HSET', KEYS[2], 'id', ARGV[3], 'hash', ARGV[4])
redis.call('PEXPIRE', KEYS[2], ARGV[5])
local now = now_ms()
redis.call('ZADD', KEYS[3], now, ARGV[1])
enqueue({store = KEYS[1], ready = KEYS[4], leased = KEYS[5], delayed = KEYS[6], turns = KEYS[7]}, ARGV[1], now)
tell({events = KEYS[8], log = KEYS[9], id = ARGV[1], kind = 'credentials-asked', version = version,
  note = ARGV[6], keep = ARGV[7], most = ARGV[8]})
audit(KEYS[10], KEYS[11], ARGV[9])
return 'ok'
