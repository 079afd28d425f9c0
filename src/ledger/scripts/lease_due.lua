-- Stores of whose lease something is due. Nothing is changed: whoever does what is due moves it on.
--
-- KEYS  1 leases
-- ARGV  1 most
-- Returns {ms now, {store, ms of its moment, store, ms of its moment, …}}
local now = now_ms()
return {ms(now), redis.call('ZRANGE', KEYS[1], '-inf', now, 'BYSCORE', 'LIMIT', 0, ARGV[1], 'WITHSCORES')}
