-- Has a cell take new stores no more, or again.
--
-- KEYS  1 cells  2 audit  3 audit head
-- ARGV  1 name  2 '' = again  3 audit entry
-- Returns 1 when that is new.
audit(KEYS[2], KEYS[3], ARGV[3])
if ARGV[2] == '' then return redis.call('HDEL', KEYS[1], ARGV[1] .. '/drained') end
return redis.call('HSETNX', KEYS[1], ARGV[1] .. '/drained', ms(now_ms()))
