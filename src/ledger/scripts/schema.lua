-- Says in what the ledger is written, and raises it to what this storebot writes. Never lowers it.
--
-- KEYS  1 schema  2 index of all stores
-- ARGV  1 version this storebot writes  2 oldest version that can work beside it
-- Returns {'same'} | {'raised', version before} | {'newer', version}  (the last: nothing was written,
--         and this storebot must not work with it)
local is = redis.call('HMGET', KEYS[1], 'version', 'readable_from')
local version, ours = tonumber(is[1]), tonumber(ARGV[1])
if not version then
  -- The first version kept no number.
  version = redis.call('EXISTS', KEYS[2]) == 1 and 1 or ours
end
if tonumber(is[2] or 0) > ours then return {'newer', version} end
if not is[1] or version < ours then redis.call('HSET', KEYS[1], 'version', ARGV[1], 'readable_from', ARGV[2]) end
if version < ours then return {'raised', version} end
return {'same'}
