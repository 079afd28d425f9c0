-- Put in front of every script: the clock, the queue's one entrance, and the log.

-- Milliseconds on Redis' own clock.
local function now_ms()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function ms(number) return string.format('%.0f', number) end

-- Start-time fair queueing: a store comes behind what its owner has in line already, and level with
-- what is being served now. So many stores of one owner wait for each other and not others for them.
local function turn_of(turns, owner)
  local served, last = unpack(redis.call('HMGET', turns, '', owner))
  local turn = math.max(tonumber(served or 0), tonumber(last or 0))
  redis.call('HSET', turns, owner, turn + 1)
  return turn
end

local function owner_of(store)
  local owner = redis.call('HGET', store, 'owner')
  if owner then return owner end
  -- Written by a storebot of schema 1, which kept no owner beside the specification.
  local ok, spec = pcall(cjson.decode, redis.call('HGET', store, 'spec') or '')
  return ok and type(spec) == 'table' and spec.owner or '?'
end

-- Writes down where the wish of a generation came from. A storebot that knows nothing of it leaves what
-- stands there for a wish of before, hence the number.
local function leave_trail(store, generation, request, trace)
  if request == '' then
    redis.call('HDEL', store, 'request', 'trace')
  else
    redis.call('HSET', store, 'request', string.format('%d %s', generation, request))
    if trace == '' then redis.call('HDEL', store, 'trace') else redis.call('HSET', store, 'trace', trace) end
  end
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
  redis.call('ZADD', q.ready, turn_of(q.turns, owner_of(q.store)), id)
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


-- GCRA: one number a limit, the time at which its bucket is full again. `rates`: {key, ms between two,
-- burst, as how many it counts}. All of them have room or none is spent: returns the new numbers, or nil,
-- the number of the first that has none, and the ms to wait.
local function room_in(rates, now)
  local full = {}
  for i, rate in ipairs(rates) do
    local key, gap, burst, weight = unpack(rate)
    weight = math.min(weight, burst)
    full[i] = math.max(tonumber(redis.call('GET', key) or '0'), now) + gap * weight
    local wait = full[i] - now - gap * burst
    if wait > 0 then return nil, i, wait end
  end
  return full
end

local function spend(rates, full, now)
  for i, rate in ipairs(rates) do redis.call('SET', rate[1], ms(full[i]), 'PX', ms(math.max(full[i] - now, 1))) end
end

local SIZES = {'cpu', 'memory', 'disk'}

-- The numbers of a text such as "300 1024 4096".
local function numbers(text)
  local found = {}
  for number in string.gmatch(text, '%d+') do found[#found + 1] = tonumber(number) end
  return found
end

-- Counts a living store for those whose quota it uses up (`sign` 1), or no more (-1). `holders`: {set of
-- their living stores, hash of what these take}. A store that is counted already is not counted twice.
local function count_living(id, holders, size, sign)
  for _, holder in ipairs(holders) do
    if redis.call(sign > 0 and 'SADD' or 'SREM', holder[1], id) == 1 then
      for i, name in ipairs(SIZES) do
        if (size[i] or 0) > 0 then redis.call('HINCRBY', holder[2], name, ms(sign * size[i])) end
      end
      if sign < 0 and redis.call('EXISTS', holder[1]) == 0 then redis.call('DEL', holder[2]) end
    end
  end
end

-- Counts a living store as one that sleeps (`sign` 1), or no more (-1): what it takes is its disk alone.
local function count_asleep(holders, size, sign)
  for _, holder in ipairs(holders) do
    redis.call('HINCRBY', holder[2], 'asleep', sign)
    for i, name in ipairs({'cpu', 'memory'}) do
      if (size[i] or 0) > 0 then redis.call('HINCRBY', holder[2], name, ms(-sign * size[i])) end
    end
  end
end

-- The holders and the cell of a store, where it is counted there: one of before this was counted is not, until
-- somebody counts anew.
local function with_cell(id, holders, cell)
  local all = {unpack(holders)}
  if redis.call('SISMEMBER', cell[1], id) == 1 then all[#all + 1] = cell end
  return all
end

-- What a holder has: stores, and their sizes. `percent`: what a sleeping store counts as.
local function used_by(holder, percent)
  local found = redis.call('HMGET', holder[2], 'cpu', 'memory', 'disk', 'asleep')
  local asleep = tonumber(found[4] or 0)
  local stores = redis.call('SCARD', holder[1]) - asleep + math.ceil(asleep * (percent or 100) / 100)
  return {stores, tonumber(found[1] or 0), tonumber(found[2] or 0), tonumber(found[3] or 0)}
end

-- What one sleeping store less would make of the stores a holder has.
local function share_of_one(holder, percent)
  local asleep = tonumber(redis.call('HGET', holder[2], 'asleep') or 0)
  local function part(count) return math.ceil(count * (percent or 100) / 100) end
  return part(asleep) - part(asleep - 1)
end

-- What of a quota a store of this size would be too much for: its name, what is used, the limit. 0: no limit.
local function too_much(used, size, quota)
  if quota[1] > 0 and used[1] + 1 > quota[1] then return 'stores', used[1], quota[1] end
  for i, name in ipairs(SIZES) do
    local has, limit = used[i + 1], quota[i + 1]
    if limit > 0 and has + size[i] > limit then return name, has, limit end
  end
end

-- The log of deliveries. `d`: entries, bodies, seen, kept, and the index of those that the script is about.

-- Forgets one, with all that is kept of it.
local function drop_delivery(d, id)
  local names = redis.call('HGET', d.entries, id .. '/seen')
  if names then redis.call('HDEL', d.seen, unpack(cjson.decode(names))) end
  local size = redis.call('HSTRLEN', d.bodies, id)
  if size > 0 then
    redis.call('HDEL', d.bodies, id)
    redis.call('HINCRBY', d.seen, '', -size)
    redis.call('LREM', d.kept, 1, id)
  end
  redis.call('HDEL', d.entries, id, id .. '/end', id .. '/again', id .. '/seen', id .. '/callback')
  redis.call('ZREM', d.index, id)
end

-- Forgets the oldest: those beyond `most`, and those from before `since` (ms); at most `count`.
local function forget_deliveries(d, most, since, count)
  local excess = redis.call('ZCARD', d.index) - most
  for i, id in ipairs(redis.call('ZRANGE', d.index, 0, count - 1)) do
    if i > excess and tonumber(string.match(id, '^%d+')) >= since then return end
    drop_delivery(d, id)
  end
end

-- Adds an entry under a new id and makes room: each new one forgets a few old ones, so it never takes long.
local function add_delivery(d, id, entry, most, keep)
  local now = now_ms()
  if not id then
    local number = redis.call('HINCRBY', d.seen, '#', 1)
    id = string.format('%013.0f-%06d', now, number % 1000000)
  end
  redis.call('HSET', d.entries, id, entry)
  redis.call('ZADD', d.index, 0, id)
  forget_deliveries(d, tonumber(most), now - keep, 10)
  return id
end
