-- Forgets a consumer that has ended, unless it still holds entries: XGROUP DELCONSUMER would drop
-- them without a word, and with them the work.
--
-- KEYS  1 stream
-- ARGV  1 group  2 consumer
-- Returns 1 when it was forgotten.
local held = redis.call('XPENDING', KEYS[1], ARGV[1], '-', '+', 1, ARGV[2])
if #held > 0 then return 0 end
redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], ARGV[2])
return 1
