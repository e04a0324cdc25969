import { BESIDE_JOB, STATES } from './set-aside-script.js';

/** The types of the queue's own keys. A key that is not there is of any type. */
export const OWN_TYPES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(STATES).flatMap(([type, names]) => names.map((name) => [name, type]))),
  repeat: 'zset',
  marker: 'zset',
  meta: 'hash',
  events: 'stream',
  ...Object.fromEntries(['id', 'pc', 'limiter', 'stalled-check'].map((name) => [name, 'string'])),
};

/**
 * KEYS[1] what the queue's keys begin with. ARGV: a state, the type of its key, from where on, how many. Returns a list of ids, each followed
 * by the type of its key, and by the name of a key beside it that is of a wrong type (an empty text if none is).
 */
export const LOOK_AT = `
local call = redis.call
local ids
if ARGV[2] == 'list' then ids = call('LRANGE', KEYS[1] .. ARGV[1], ARGV[3], ARGV[3] + ARGV[4] - 1)
else ids = call('ZRANGE', KEYS[1] .. ARGV[1], ARGV[3], ARGV[3] + ARGV[4] - 1) end
local beside = { ${Object.entries(BESIDE_JOB)
  .map(([name, type]) => `['${name}'] = '${type}'`)
  .join(', ')} }
local seen = {}
for _, id in ipairs(ids) do
  local wrong = ''
  for name, kind in pairs(beside) do
    local found = call('TYPE', KEYS[1] .. id .. ':' .. name).ok
    if found ~= 'none' and found ~= kind then wrong = name end
  end
  seen[#seen + 1] = id
  seen[#seen + 1] = call('TYPE', KEYS[1] .. id).ok
  seen[#seen + 1] = wrong
end
return seen
`;

/**
 * Puts back jobs that are in no state: a script of BullMQ that meets a key of a wrong type ends halfway, with the ids that it had in hand.
 * KEYS[1] what the queue's keys begin with. ARGV: ids. Returns the ids whose keys are no hash, each followed by its type, after how many jobs
 * were put back.
 */
export const PUT_BACK = `
local call = redis.call
local known = {}
for _, state in ipairs({ ${STATES.list.map((name) => `'${name}'`).join(', ')} }) do
  for _, id in ipairs(call('LRANGE', KEYS[1] .. state, 0, -1)) do known[id] = true end
end
local function isKnown(id)
  if known[id] then return true end
  for _, state in ipairs({ ${STATES.zset.map((name) => `'${name}'`).join(', ')} }) do
    if call('ZSCORE', KEYS[1] .. state, id) then return true end
  end
  return false
end
local answer = { 0 }
for _, id in ipairs(ARGV) do
  local job = KEYS[1] .. id
  local kind = call('TYPE', job).ok
  if kind ~= 'hash' then
    if kind ~= 'none' then
      answer[#answer + 1] = id
      answer[#answer + 1] = kind
    end
  elseif call('HEXISTS', job, 'name') == 1 and not isKnown(id) then
    local finished = call('HGET', job, 'finishedOn')
    if finished then
      local state = call('HEXISTS', job, 'failedReason') == 1 and 'failed' or 'completed'
      call('ZADD', KEYS[1] .. state, tonumber(finished) or 0, id)
    elseif call('SCARD', job .. ':dependencies') > 0 then
      call('ZADD', KEYS[1] .. 'waiting-children', 0, id)
    else
      call('DEL', job .. ':lock')
      call('LPUSH', KEYS[1] .. 'wait', id)
      call('ZADD', KEYS[1] .. 'marker', 0, '0')
    end
    answer[1] = answer[1] + 1
  end
end
return answer
`;
