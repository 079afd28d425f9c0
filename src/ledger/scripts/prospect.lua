-- Says what a store would have before it that an owner asked for now. Writes nothing.
--
-- KEYS  1 ready  2 leased  3 turns  4 how long stores took
-- ARGV  1 owner, then the names of what is asked of 4
-- Returns stores that would have their turn before it, stores that workers hold, then what was asked; nil where nobody
-- knows.
local ahead = redis.call('ZCOUNT', KEYS[1], '-inf', next_turn(KEYS[3], ARGV[1]))
local answer = {ahead, redis.call('ZCARD', KEYS[2])}
for at = 2, #ARGV do answer[at + 1] = redis.call('HGET', KEYS[4], ARGV[at]) end
return answer
