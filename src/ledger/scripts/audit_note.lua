-- Writes an entry of something that changed nothing.
--
-- KEYS  1 audit  2 audit head
-- ARGV  1 entry
audit(KEYS[1], KEYS[2], ARGV[1])
return 1
