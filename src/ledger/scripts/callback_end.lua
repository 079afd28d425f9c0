-- Ends an attempt to call back: the delivery is over, or waits for another one.
--
-- KEYS  1 callbacks  2 callbacks by due time  3 entries
-- ARGV  1 id  2 what became of it  3 the delivery as it is tried again ('' = over)  4 ms until then
-- Returns 1.
if ARGV[3] == '' then
  redis.call('HDEL', KEYS[1], ARGV[1])
  redis.call('ZREM', KEYS[2], ARGV[1])
else
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
  redis.call('ZADD', KEYS[2], ms(now_ms() + ARGV[4]), ARGV[1])
end
if redis.call('HEXISTS', KEYS[3], ARGV[1]) == 1 then redis.call('HSET', KEYS[3], ARGV[1] .. '/end', ARGV[2]) end
return 1
