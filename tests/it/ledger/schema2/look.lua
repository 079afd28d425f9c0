-- Has a worker look at a store without wanting anything new of it.
--
-- KEYS  1 store  2 unsettled  3 ready  4 leased  5 delayed  6 turns
-- ARGV  1 id
-- Returns 1, or 0 when there is no such store.
if redis.call('HEXISTS', KEYS[1], 'gen') == 0 then return 0 end
local now = now_ms()
-- Also here, so that the look survives whatever happens to the line.
redis.call('ZADD', KEYS[2], now, ARGV[1])
enqueue({store = KEYS[1], ready = KEYS[3], leased = KEYS[4], delayed = KEYS[5], turns = KEYS[6]}, ARGV[1], now)
return 1
