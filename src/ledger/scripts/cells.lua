-- What is known of cells.
--
-- KEYS  1 cells  2, 3 … for each cell: its living stores, what they take
-- ARGV  1 hundredths that a sleeping store counts as  2 … names of the cells
-- Returns for each: {stores, cpu, memory, disk, whether it is drained, ms since it answered a worker (-1: never),
--         ms since it did not (-1), why it did not}
local now, answer = now_ms(), {}
local function age(at) return at and math.max(now - at, 0) or -1 end
for i = 2, #ARGV do
  local name, cell = ARGV[i], {KEYS[2 * i - 2], KEYS[2 * i - 1]}
  local row = used_by(cell, tonumber(ARGV[1]))
  local is = redis.call('HMGET', KEYS[1], name .. '/drained', name .. '/up', name .. '/down', name .. '/why')
  row[5], row[6], row[7], row[8] = is[1] and 1 or 0, age(is[2]), age(is[3]), is[4] or ''
  answer[#answer + 1] = row
end
return answer
