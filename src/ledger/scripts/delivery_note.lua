-- Writes down a delivery that is over already, such as one that cannot be trusted.
--
-- KEYS  1 entries  2 bodies  3 seen  4 kept  5 index
-- ARGV  1 entry  2 what became of it  3 most entries  4 ms to keep
-- Returns its id.
local d = {entries = KEYS[1], bodies = KEYS[2], seen = KEYS[3], kept = KEYS[4], index = KEYS[5]}
local id = add_delivery(d, nil, ARGV[1], ARGV[3], ARGV[4])
redis.call('HSET', d.entries, id .. '/end', ARGV[2])
return id
