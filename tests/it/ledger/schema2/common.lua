-- Put in front of every script: the clock, the queue's one entrance, and the log.

-- Milliseconds on Redis' own clock.
local function now_ms()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function ms(number) return string.format('%.0f', number) end

-- Start-time fair queueing: a store comes behind what its owner has in line already, and level with
-- what is being served now. So many stores of one owner wait for each other and not others for them.
local function turn_of(turns, store)
  local owner = redis.call('HGET', store, 'owner')
  if not owner then
    -- Written by a storebot that kept no owner beside the specification.
    local ok, spec = pcall(cjson.decode, redis.call('HGET', store, 'spec') or '')
    owner = ok and type(spec) == 'table' and spec.owner or '?'
  end
  local served, last = unpack(redis.call('HMGET', turns, '', owner))
  local turn = math.max(tonumber(served or 0), tonumber(last or 0))
  redis.call('HSET', turns, owner, turn + 1)
  return turn
end

-- Puts a store in line. `q`: store, ready, leased, delayed, turns. A store that somebody holds is not
-- put in line beside itself: its holder puts it there when it ends. Returns whether it was put in.
local function enqueue(q, id, now)
  local lease = redis.call('ZSCORE', q.leased, id)
  if lease and tonumber(lease) > now then
    redis.call('HSET', q.store, 'again', '1')
    return false
  end
  if lease then redis.call('ZREM', q.leased, id) end
  if redis.call('ZSCORE', q.ready, id) then return false end
  redis.call('ZREM', q.delayed, id)
  redis.call('ZADD', q.ready, turn_of(q.turns, q.store), id)
  redis.call('HSET', q.store, 'queued', ms(now))
  return true
end

-- Appends an event for the notifiers and to the store's own log. `t`: events, log, id, kind, version,
-- note (JSON), keep (ms), most (entries).
local function tell(t)
  local at = redis.call('XADD', t.events, '*', 's', t.id, 'k', t.kind, 'v', t.version)
  local length = redis.call('RPUSH', t.log, at .. ' ' .. t.kind .. ' ' .. t.version .. ' ' .. t.note)
  if length > tonumber(t.most) then redis.call('LTRIM', t.log, -t.most, -1) end
  redis.call('PEXPIRE', t.log, t.keep)
end

-- Appends to the audit. Each entry carries the digest of itself and the one before it, so that a
-- changed, removed or inserted one shows.
local function audit(stream, head, entry)
  local chained = redis.sha1hex((redis.call('GET', head) or '') .. entry)
  redis.call('XADD', stream, '*', 'e', entry, 'h', chained)
  redis.call('SET', head, chained)
end

