-- Forgets deliveries whose time has passed, where no new ones push them out.
--
-- KEYS  1 entries  2 bodies  3 seen  4 kept  5.. indexes
-- ARGV  1 ms to keep  2 how many of each index  3 most entries
-- Returns 1.
for i = 5, #KEYS do
  local d = {entries = KEYS[1], bodies = KEYS[2], seen = KEYS[3], kept = KEYS[4], index = KEYS[i]}
  forget_deliveries(d, tonumber(ARGV[3]), now_ms() - ARGV[1], tonumber(ARGV[2]))
end
return 1
