-- Says in what the ledger is written, and raises it to what this storebot writes. Never lowers it.
--
-- KEYS  1 schema  2 stores, for an older storebot
-- ARGV  1 version this storebot writes  2 oldest version that can work beside it on a ledger of its own
--       3 the same on one of before, as long as its `stores` are kept
-- Returns {'same'} | {'raised', version before} | {'newer', version}  (the last: nothing was written,
--         and this storebot must not work with it)
local is = redis.call('HMGET', KEYS[1], 'version', 'readable_from')
local version, ours = tonumber(is[1]), tonumber(ARGV[1])
if not version then
  -- The first version kept no number.
  version = redis.call('EXISTS', KEYS[2]) == 1 and 1 or ours
end
if tonumber(is[2] or 0) > ours then return {'newer', version} end
if version < ours then
  redis.call('HSET', KEYS[1], 'version', ARGV[1], 'readable_from', ARGV[3], 'raised', ms(now_ms()))
  -- It is kept as long as it is there, and one without members would not be: an older storebot passes over this one.
  redis.call('ZADD', KEYS[2], 0, '')
  return {'raised', version}
end
if not is[1] then redis.call('HSET', KEYS[1], 'version', ARGV[1], 'readable_from', ARGV[2]) end
return {'same'}
