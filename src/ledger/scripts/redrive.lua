-- Takes a dead letter off the list and puts its store in line again.
--
-- KEYS  1 dead letters  2 store  3 unsettled  4 ready  5 leased  6 delayed  7 turns  8 audit  9 audit head
-- ARGV  1 letter  2 id  3 audit entry
-- Returns 'ok' | 'gone' (the letter has been answered meanwhile) | 'missing' (there is no such store)
if redis.call('XDEL', KEYS[1], ARGV[1]) == 0 then return 'gone' end
audit(KEYS[8], KEYS[9], ARGV[3])
if redis.call('EXISTS', KEYS[2]) == 0 then return 'missing' end
local now = now_ms()
if redis.call('TYPE', KEYS[2]).ok == 'hash' then
  redis.call('HDEL', KEYS[2], 'letter', 'claims')
  enqueue({store = KEYS[2], ready = KEYS[4], leased = KEYS[5], delayed = KEYS[6], turns = KEYS[7]}, ARGV[2], now)
end
redis.call('ZADD', KEYS[3], now, ARGV[2])
return 'ok'
