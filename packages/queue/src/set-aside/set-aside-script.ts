/** The lists, sorted sets and the set in which BullMQ keeps the ids of jobs, by the type that each has in Redis. */
export const STATES = {
  list: ['wait', 'active', 'paused'],
  zset: ['delayed', 'prioritized', 'waiting-children', 'completed', 'failed'],
  set: ['stalled'],
} as const;

/** What BullMQ keeps for a job beside its hash, by name and type. */
export const BESIDE_JOB = {
  dependencies: 'set',
  processed: 'hash',
  failed: 'hash',
  unsuccessful: 'zset',
  logs: 'list',
  lock: 'string',
} as const;

const luaTable = (value: Readonly<Record<string, string | readonly string[]>>): string =>
  `{ ${Object.entries(value)
    .map(([name, item]) => `['${name}'] = ${typeof item === 'string' ? `'${item}'` : `{ ${item.map((text) => `'${text}'`).join(', ')} }`}`)
    .join(', ')} }`;

/**
 * Takes an id out of all states and moves its key to where nothing works with it. One script, so that of several processes that find the same
 * job one does it, and tells.
 *
 * KEYS[1] what the queue's keys begin with, KEYS[2] what those of all that is set aside begin with (its index ends in `index`, the reasons
 * in `reasons`). ARGV: id, name among what is set aside, reason, 1 if the key is to be moved, time to keep in ms, number kept, bytes kept, 1 if a
 * job that a worker holds is to be left to it.
 * Returns the state that the job was in (an empty text if none) and 1 if its key was moved; nil if there was nothing to do.
 */
export const SET_ASIDE = `
local call = redis.call
local id, name, reason, isMoved = ARGV[1], ARGV[2], ARGV[3], ARGV[4] == '1'
local keptMs, keptMax, bytesMax = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local isLeftToWorker = ARGV[8] == '1'
local states, beside = ${luaTable(STATES)}, ${luaTable(BESIDE_JOB)}
local job, target, index, reasons = KEYS[1] .. id, KEYS[2] .. name, KEYS[2] .. 'index', KEYS[2] .. 'reasons'

if isLeftToWorker and call('EXISTS', job .. ':lock') == 1 then return nil end

local from = nil
local function leave(kind, remove)
  for _, state in ipairs(states[kind]) do
    local key = KEYS[1] .. state
    if call('TYPE', key).ok == kind and remove(key) > 0 then from = from or state end
  end
end
leave('list', function(key) return call('LREM', key, 0, id) end)
leave('zset', function(key) return call('ZREM', key, id) end)
leave('set', function(key) call('SREM', key, id) return 0 end)

local isThere = isMoved and call('EXISTS', job) == 1
if not from and not isThere then return nil end

-- What is too large to keep is cut to the beginnings of its first fields.
local function keep()
  local bytes = call('MEMORY', 'USAGE', job) or 0
  if bytes <= bytesMax then call('RENAME', job, target) return end
  call('DEL', target)
  call('HSET', target, 'cut', 'of ' .. bytes .. ' bytes')
  if call('TYPE', job).ok == 'hash' then
    for _, field in ipairs(call('HSCAN', job, 0, 'COUNT', 20)[2]) do
      if #field <= 100 and call('HEXISTS', job, field) == 1 and call('HLEN', target) < 40 then
        call('HSET', target, field, string.sub(call('HGET', job, field), 1, 4096))
      end
    end
  end
  call('UNLINK', job)
end
if isThere then
  keep()
  call('PEXPIRE', target, keptMs)
end
if isMoved then
  for suffix in pairs(beside) do call('UNLINK', job .. ':' .. suffix) end
end

local time = call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
call('ZADD', index, now, name)
call('HSET', reasons, name, cjson.encode({ from = from or '', reason = reason }))
local over = call('ZRANGEBYSCORE', index, '-inf', now - keptMs)
for _, old in ipairs(call('ZRANGE', index, 0, -1 - keptMax)) do over[#over + 1] = old end
for _, old in ipairs(over) do
  call('UNLINK', KEYS[2] .. old)
  call('HDEL', reasons, old)
  call('ZREM', index, old)
end
call('PEXPIRE', index, keptMs)
call('PEXPIRE', reasons, keptMs)
return { from or '', isThere and 1 or 0 }
`;
