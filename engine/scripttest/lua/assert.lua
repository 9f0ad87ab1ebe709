-- assert, spy, stub, mock and match as luassert has them. Everything else that tests can call is made in Go.

local plain_assert, failed = assert, __failed
local unpack = unpack or table.unpack

local function pack(...) return { n = select("#", ...), ... } end

----- matchers

local matcher = {}
local function is_matcher(v) return type(v) == "table" and getmetatable(v) == matcher end

----- comparison

-- where two values differ is given as a path, "" for themselves
local function same(a, b, path, seen)
  if is_matcher(b) then return b.matches(a), path end
  if is_matcher(a) then return a.matches(b), path end
  if type(a) ~= "table" or type(b) ~= "table" then
    return a == b or (a ~= a and b ~= b), path
  end
  if rawequal(a, b) then return true end
  local ma, mb = getmetatable(a), getmetatable(b)
  if type(ma) == "table" and ma.__eq and ma == mb then return a == b, path end
  seen = seen or {}
  seen[a] = seen[a] or {}
  if seen[a][b] then return true end
  seen[a][b] = true
  for k, v in pairs(a) do
    local ok, where = same(v, b[k], path .. "[" .. tostring(k) .. "]", seen)
    if not ok then return false, where end
  end
  for k in pairs(b) do
    if a[k] == nil then return false, path .. "[" .. tostring(k) .. "]" end
  end
  return true
end

----- how values are shown

local function show(v, depth, seen)
  local t = type(v)
  if t == "string" then return "(string) '" .. v .. "'" end
  if is_matcher(v) then return "(matcher) " .. v.name end
  if t ~= "table" then return "(" .. t .. ") " .. tostring(v) end
  if seen[v] then return "(table) { ... repeated ... }" end
  if depth > 4 then return "(table) { ... }" end
  seen[v] = true
  local keys = {}
  for k in pairs(v) do keys[#keys + 1] = k end
  table.sort(keys, function(x, y)
    if type(x) == type(y) and (type(x) == "number" or type(x) == "string") then return x < y end
    return type(x) < type(y)
  end)
  if #keys == 0 then return "(table) { }" end
  local out, pad = {}, string.rep("  ", depth)
  for _, k in ipairs(keys) do
    out[#out + 1] = pad .. "[" .. tostring(k) .. "] = " .. show(v[k], depth + 1, seen)
  end
  seen[v] = nil
  return "(table) {\n" .. table.concat(out, "\n") .. " }"
end

local function shown(v) return show(v, 1, {}) end

local function list(args)
  local out = {}
  for i = 1, args.n do out[i] = shown(args[i]) end
  return "(" .. table.concat(out, ", ") .. ")"
end

----- spies and stubs

local function args_match(got, want)
  if got.n ~= want.n then return false end
  for i = 1, want.n do
    if not same(got[i], want[i], "") then return false end
  end
  return true
end

local spy_class = {}
spy_class.__index = spy_class

local reverts = {} -- what the present test has put in the place of something else

local function is_spy(v) return type(v) == "table" and getmetatable(v) == spy_class end

-- a table may be changed after the call that had it
local function copy(v, seen)
  if type(v) ~= "table" or is_spy(v) or is_matcher(v) then return v end
  if seen[v] then return seen[v] end
  local t, meta = {}, getmetatable(v)
  seen[v] = t
  for k, x in next, v do t[k] = copy(x, seen) end
  return type(meta) == "table" and setmetatable(t, meta) or t
end

function spy_class.__call(s, ...)
  local call = { args = copy(pack(...), {}) }
  s.calls[#s.calls + 1] = call
  local results = pack(s.callback(...))
  call.returned = copy(results, {})
  return unpack(results, 1, results.n)
end

function spy_class:revert()
  if self.target then self.target[self.key] = self.original end
  self.target = nil
end

function spy_class:clear() self.calls = {} return self end

local function new_spy(f, target, key)
  local s = setmetatable({ calls = {}, target = target, key = key, original = f }, spy_class)
  local with = {} -- what was said by on_call_with
  local default = f
  s.callback = function(...)
    local args = pack(...)
    for i = #with, 1, -1 do
      if args_match(args, with[i].args) then return with[i].answer(...) end
    end
    return default(...)
  end
  local function answers(set)
    return {
      returns = function(...)
        local results = pack(...)
        set(function() return unpack(results, 1, results.n) end)
        return s
      end,
      invokes = function(g) set(g) return s end,
    }
  end
  s.by_default = answers(function(g) default = g end)
  s.returns, s.invokes = s.by_default.returns, s.by_default.invokes
  s.on_call_with = function(...)
    local args = pack(...)
    return answers(function(g) with[#with + 1] = { args = args, answer = g } end)
  end
  if target then
    s.original = target[key]
    target[key] = s
    reverts[#reverts + 1] = s
  end
  return s
end

spy = {
  new = function(f) return new_spy(f or function() end) end,
  on = function(target, key)
    if type(target) ~= "table" then error("spy.on needs a table and the name of a function in it", 2) end
    local f = target[key]
    if type(f) ~= "function" and not is_spy(f) then
      error("spy.on: " .. tostring(key) .. " is a " .. type(f) .. ", not a function", 2)
    end
    return new_spy(f, target, key)
  end,
  is_spy = is_spy,
}

local function new_stub(target, key, ...)
  if type(target) ~= "table" then error("stub needs a table and the name of a function in it", 3) end
  local results = pack(...)
  local f = function() return unpack(results, 1, results.n) end
  if type(results[1]) == "function" then f = results[1] end
  return new_spy(f, target, key)
end

stub = setmetatable({
  new = function(target, key, ...)
    if target == nil then return new_spy(function() end) end
    return new_stub(target, key, ...)
  end,
}, { __call = function(_, ...) return new_stub(...) end })

mock = setmetatable({
  revert = function(t)
    for _, v in pairs(t) do if is_spy(v) then v:revert() end end
    return t
  end,
  clear = function(t)
    for _, v in pairs(t) do if is_spy(v) then v:clear() end end
    return t
  end,
}, {
  __call = function(_, t, stubbed)
    for k, v in pairs(t) do
      if type(v) == "function" then
        if stubbed then new_stub(t, k) else new_spy(v, t, k) end
      end
    end
    return t
  end,
})

local function any_call(s, want)
  for _, c in ipairs(s.calls) do
    if args_match(c.args, want) then return true end
  end
  return false
end

local function calls_text(s)
  if #s.calls == 0 then return "it was not called" end
  local out = {}
  for i, c in ipairs(s.calls) do out[i] = "  " .. list(c.args) end
  return "it was called with:\n" .. table.concat(out, "\n")
end

----- assertions: each gives whether it holds, and what to say if it does not, and if it does but should not

local checks = {}

local function compared(verb)
  return function(a, b)
    return "Expected objects to be " .. verb .. ".\nPassed in:\n" .. shown(b) .. "\nExpected:\n" .. shown(a),
      "Expected objects to not be " .. verb .. ".\nPassed in:\n" .. shown(b) .. "\nDid not expect:\n" .. shown(a)
  end
end

local equal_text, same_text = compared("equal"), compared("the same")

function checks.equal(args)
  local a, b = args[1], args[2]
  return a == b, equal_text(a, b)
end
checks.equals = checks.equal

function checks.same(args)
  local a, b = args[1], args[2]
  local ok, path = same(a, b, "")
  local text, other = same_text(a, b)
  if not ok and path ~= "" then text = text .. "\nThey differ at " .. path end
  return ok, text, other
end

function checks.near(args)
  local a, b, by = args[1], args[2], args[3]
  local near = tonumber(a) and tonumber(b) and math.abs(a - b) <= by
  return near, "Expected values to be near.\nPassed in:\n" .. shown(b) .. "\nExpected:\n" .. shown(a) .. " +/- " .. tostring(by),
    "Expected values to not be near.\nPassed in:\n" .. shown(b) .. "\nDid not expect:\n" .. shown(a) .. " +/- " .. tostring(by)
end

local function unary(name, word, test)
  checks[name] = function(args)
    local v = args[1]
    return test(v), "Expected to be " .. word .. ", but value was:\n" .. shown(v),
      "Expected not to be " .. word .. ", but value was:\n" .. shown(v)
  end
end

unary("true", "true", function(v) return v == true end)
unary("false", "false", function(v) return v == false end)
unary("truthy", "truthy", function(v) return v and true or false end)
unary("falsy", "falsy", function(v) return not v end)
unary("nil", "nil", function(v) return v == nil end)
for _, t in ipairs { "string", "number", "boolean", "table", "function", "userdata", "thread" } do
  unary(t, "a " .. t, function(v) return type(v) == t end)
end

function checks.matches(args)
  local pattern, text = args[1], args[2]
  local found = (type(text) == "string" or type(text) == "number")
    and string.find(tostring(text), pattern, args[3], args[4]) ~= nil
  return found, "Expected strings to match.\nPassed in:\n" .. shown(text) .. "\nExpected pattern:\n" .. shown(pattern),
    "Expected strings not to match.\nPassed in:\n" .. shown(text) .. "\nDid not expect pattern:\n" .. shown(pattern)
end
checks.match = checks.matches

local function strip_place(e)
  return type(e) == "string" and (e:gsub("^[^\n]-:%d+: ", "", 1)) or e
end

function checks.error(args)
  local ok, e = pcall(args[1])
  if ok then
    return false, "Expected an error, but there was none." .. (args.n > 1 and "\nExpected:\n" .. shown(args[2]) or "")
  end
  local negative = "Expected no error, but there was:\n" .. shown(e)
  if args.n < 2 or args[2] == nil then return true, nil, negative end
  local equal = same(e, args[2], "") or same(strip_place(e), args[2], "")
  return equal, "Expected a different error.\nCaught:\n" .. shown(e) .. "\nExpected:\n" .. shown(args[2]), negative
end
checks.errors = checks.error

function checks.error_matches(args)
  local ok, e = pcall(args[1])
  local pattern = args[2]
  if ok then return false, "Expected an error that matches " .. shown(pattern) .. ", but there was none." end
  return string.find(tostring(e), pattern, args[3], args[4]) ~= nil,
    "Expected a different error.\nCaught:\n" .. shown(e) .. "\nExpected a match of:\n" .. shown(pattern),
    "Expected no error that matches.\nCaught:\n" .. shown(e)
end
checks.matches_error, checks.match_error, checks.error_match = checks.error_matches, checks.error_matches, checks.error_matches

function checks.unique(args)
  local seen = {}
  for _, v in ipairs(args[1]) do
    for _, w in ipairs(seen) do
      if v == w or args[2] and same(v, w, "") then
        return false, "Expected object to be unique:\n" .. shown(args[1])
      end
    end
    seen[#seen + 1] = v
  end
  return true, nil, "Expected object to not be unique:\n" .. shown(args[1])
end

function checks.property(args)
  local name, object = args[1], args[2]
  return object[name] ~= nil, "Expected a property " .. shown(name) .. " of:\n" .. shown(object),
    "Expected no property " .. shown(name) .. " of:\n" .. shown(object)
end

local function counted(name, test, text)
  checks[name] = function(args, s)
    local n, count = args[1] or 1, #s.calls
    return test(count, n, args.n), "Expected to be called " .. text .. n .. " time(s), but " .. calls_text(s),
      "Expected not to be called " .. text .. n .. " time(s), but " .. calls_text(s)
  end
end

counted("called_at_least", function(count, n) return count >= n end, "at least ")
counted("called_at_most", function(count, n) return count <= n end, "at most ")
counted("called_more_than", function(count, n) return count > n end, "more than ")
counted("called_less_than", function(count, n) return count < n end, "less than ")

function checks.called(args, s)
  if args.n == 0 then
    return #s.calls > 0, "Expected to be called, but " .. calls_text(s), "Expected not to be called, but " .. calls_text(s)
  end
  return #s.calls == args[1], "Expected to be called " .. args[1] .. " time(s), but " .. calls_text(s),
    "Expected not to be called exactly " .. args[1] .. " time(s), but " .. calls_text(s)
end

function checks.called_with(args, s)
  return any_call(s, args), "Expected to be called with " .. list(args) .. ", but " .. calls_text(s),
    "Expected not to be called with " .. list(args) .. ", but " .. calls_text(s)
end

function checks.returned_with(args, s)
  local found = false
  for _, c in ipairs(s.calls) do
    if c.returned and args_match(c.returned, args) then found = true end
  end
  return found, "Expected to return " .. list(args) .. ", but it did not.", "Expected not to return " .. list(args) .. ", but it did."
end

----- the words between assert and the name of an assertion

local silent = { is = true, are = true, was = true, were = true, has = true, have = true, does = true, be = true, been = true, a = true, an = true }
local needs_spy = {
  called = true, called_with = true, returned_with = true, called_at_least = true, called_at_most = true,
  called_more_than = true, called_less_than = true,
}

local node = {}

local function new_node(words, object) return setmetatable({ words = words, object = object }, node) end

function node.__index(n, key)
  local words = {}
  for i, w in ipairs(rawget(n, "words")) do words[i] = w end
  for w in tostring(key):gmatch("[^_]+") do words[#words + 1] = w end
  return new_node(words, rawget(n, "object"))
end

local function meaning(words)
  local negated, name = false, {}
  for _, w in ipairs(words) do
    w = w:lower() -- True, False, Nil: as reserved words cannot be written
    if w == "not" or w == "no" then negated = not negated
    elseif not silent[w] or #name > 0 then name[#name + 1] = w end
  end
  return negated, table.concat(name, "_")
end

function node.__call(n, ...)
  local negated, name = meaning(rawget(n, "words"))
  local args = pack(...)
  if name == "spy" or name == "stub" then
    if not is_spy(args[1]) then error("assert." .. name .. " needs a spy or a stub, got a " .. type(args[1]), 2) end
    return new_node({}, args[1])
  end
  local check = checks[name]
  if not check then error("there is no assertion '" .. name .. "'", 2) end
  local object = rawget(n, "object")
  if needs_spy[name] and not object then error("use assert.spy(s)." .. name, 2) end
  local ok, text, otherwise = check(args, object)
  ok = ok and true or false
  if ok == negated then
    failed()
    error(negated and otherwise or text, 2)
  end
  return ...
end

assert = setmetatable({
  register = function(_, kind, name, f, positive, negative)
    if kind ~= "assertion" then return end
    checks[name] = function(args)
      local say = "assertion " .. name .. " of " .. list(args)
      return f({ mod = true }, args, 3), say .. " does not hold", say .. " holds"
    end
  end,
}, {
  __index = function(_, key) return new_node({}, nil)[key] end,
  __call = function(_, v, message, ...)
    if v then return v, message, ... end
    failed()
    if message == nil then message = "assertion failed!" end
    error(message, type(message) == "string" and 2 or 0)
  end,
})

match = setmetatable({ _ = setmetatable({ name = "anything", matches = function() return true end }, matcher) }, {
  __index = function(_, key)
    local words = {}
    for w in tostring(key):gmatch("[^_]+") do words[#words + 1] = w end
    local negated, name = meaning(words)
    local check = checks[name]
    if not check then error("there is no matcher '" .. tostring(key) .. "'", 2) end
    return function(...)
      local given = pack(...)
      return setmetatable({ name = key, matches = function(v)
        local args = { n = given.n + 1 }
        for i = 1, given.n do args[i] = given[i] end
        args[given.n + 1] = v
        local ok = check(args) and true or false
        return ok ~= negated
      end }, matcher)
    end
  end,
})

-- ends what spies and stubs of a test have put in the place of other things, the last one first
function __revert()
  for i = #reverts, 1, -1 do reverts[i]:revert() end
  reverts = {}
end

plain_assert(failed, "the runner has no function for failures")
