-- Writes down a delivery that can be trusted, or finds that it came before.
--
-- KEYS  1 entries  2 bodies  3 seen  4 kept  5 index
-- ARGV  1 name of its own  2 name by its sender's id  3 digest of the body  4 entry  5 body ('' = too large to keep)
--       6 most entries  7 ms to keep  8 most bytes of bodies
-- Returns {'new', id} | {'again', id, what became of it} | {'other', id}: another delivery has that name.
local d = {entries = KEYS[1], bodies = KEYS[2], seen = KEYS[3], kept = KEYS[4], index = KEYS[5]}
local own = redis.call('HGET', d.seen, ARGV[1])
if own then
  local id, digest = string.match(own, '^(%S+) (%S+)$')
  if digest ~= ARGV[3] then return {'other', id} end
  redis.call('HINCRBY', d.entries, id .. '/again', 1)
  return {'again', id, redis.call('HGET', d.entries, id .. '/end') or ''}
end
local named = redis.call('HGET', d.seen, ARGV[2])
if named then return {'other', named} end
local id = add_delivery(d, nil, ARGV[4], ARGV[6], ARGV[7])
redis.call('HSET', d.seen, ARGV[1], id .. ' ' .. ARGV[3], ARGV[2], id)
redis.call('HSET', d.entries, id .. '/seen', cjson.encode({ARGV[1], ARGV[2]}))
if ARGV[5] ~= '' then
  redis.call('HSET', d.bodies, id, ARGV[5])
  redis.call('RPUSH', d.kept, id)
  local bytes = redis.call('HINCRBY', d.seen, '', #ARGV[5])
  while bytes > tonumber(ARGV[8]) do
    local oldest = redis.call('LPOP', d.kept)
    if not oldest then break end
    bytes = redis.call('HINCRBY', d.seen, '', -redis.call('HSTRLEN', d.bodies, oldest))
    redis.call('HDEL', d.bodies, oldest)
  end
end
return {'new', id}
