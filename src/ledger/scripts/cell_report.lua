-- Writes down whether a cell has answered a worker.
--
-- KEYS  1 cells
-- ARGV  1 name  2 up | down  3 why it is down
redis.call('HSET', KEYS[1], ARGV[1] .. '/' .. ARGV[2], ms(now_ms()))
if ARGV[2] == 'down' then
  redis.call('HSET', KEYS[1], ARGV[1] .. '/why', ARGV[3])
end
return 1
