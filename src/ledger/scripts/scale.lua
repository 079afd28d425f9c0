-- Counts what a worker is needed for now, whoever is there. Changes nothing.
--
-- KEYS  1 ready  2 leased  3 delayed  4 unsettled  5 events  6 callbacks by due time  7 notes by due time
--       8 leases  9 approvals  10 forget  11 knock
-- ARGV  1 group of the notifiers
-- Returns {waiting, running, due, lost, untold, deliveries, time, knocks}; see scale.rs
local now = now_ms()
local function by_now(key) return redis.call('ZCOUNT', key, '-inf', now) end

-- Events that nobody has read yet, or that somebody has and is not through with.
local function untold()
  if redis.call('EXISTS', KEYS[5]) == 0 then return 0 end
  for _, group in ipairs(redis.call('XINFO', 'GROUPS', KEYS[5])) do
    local told = {}
    for i = 1, #group, 2 do told[group[i]] = group[i + 1] end
    if told['name'] == ARGV[1] then
      local lag = told['lag']
      -- Redis may not know how many are behind; then it is enough to know whether there are any.
      if not lag then lag = #redis.call('XRANGE', KEYS[5], '(' .. told['last-delivered-id'], '+', 'COUNT', 1) end
      return told['pending'] + lag
    end
  end
  return redis.call('XLEN', KEYS[5])
end

local waiting, running, due = redis.call('ZCARD', KEYS[1]), redis.call('ZCARD', KEYS[2]), by_now(KEYS[3])
local lost = 0
-- Whoever is there anyway finds lost ones; nobody has to be woken for them then, and counting them costs more.
if waiting + running + due == 0 then
  lost = #redis.call('ZDIFF', 4, KEYS[4], KEYS[1], KEYS[2], KEYS[3])
end
return {waiting, running, due, lost, untold(), by_now(KEYS[6]) + by_now(KEYS[7]),
  by_now(KEYS[8]) + by_now(KEYS[9]) + by_now(KEYS[10]), redis.call('EXISTS', KEYS[11])}
