-- Looks at a store that was found where its time is over: in `leased` (its worker has died), in
-- `delayed` (its pause has ended) or in `unsettled` (it may have lost its place altogether), and puts
-- it in line if it is nowhere else. Exactly once, however many workers look.
--
-- KEYS  1 store  2 unsettled  3 ready  4 leased  5 delayed  6 turns
-- ARGV  1 id  2 ms until the sweep's next look
-- Returns 'missing' (there is no such record; it is struck off everywhere) | 'leased' | 'delayed'
--       | 'ready' | 'abandoned' | 'due' | 'lost' (the last three: it is in line now)
local id = ARGV[1]
if redis.call('HEXISTS', KEYS[1], 'gen') == 0 then
  for key = 2, 5 do redis.call('ZREM', KEYS[key], id) end
  return 'missing'
end
local now = now_ms()
redis.call('ZADD', KEYS[2], 'XX', ms(now + ARGV[2]), id)
local lease, due = redis.call('ZSCORE', KEYS[4], id), redis.call('ZSCORE', KEYS[5], id)
if lease and tonumber(lease) > now then return 'leased' end
if not lease and due and tonumber(due) > now then return 'delayed' end
local queue = {store = KEYS[1], ready = KEYS[3], leased = KEYS[4], delayed = KEYS[5], turns = KEYS[6]}
if not enqueue(queue, id, now) then return 'ready' end
return lease and 'abandoned' or due and 'due' or 'lost'
