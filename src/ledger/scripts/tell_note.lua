-- Keeps what was said to somebody, if it is still this notifier that tells.
--
-- KEYS  1 who tells  2 what was said  3 replies
-- ARGV  1 name of the notifier  2 reply id  3 what was said
-- Returns 1, or 0 when somebody else tells now.
if redis.call('HGET', KEYS[1], 'by') ~= ARGV[1] then return 0 end
if redis.call('HEXISTS', KEYS[3], ARGV[2]) == 1 then redis.call('HSET', KEYS[2], ARGV[2], ARGV[3]) end
return 1
