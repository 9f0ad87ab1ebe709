-- 1,500 programs made of assignments, conditions, loops, gotos, calls, closures, coroutines and pcalls, the same ones each time, and what they give.
-- Nearly every operation works on every value, so that a program gets far. Names of variables are cut out of messages: all of a program is on one
-- line, where the compiler does not say which block a variable is of.
local seed = 777
local function rnd(n) seed = (seed * 16807) % 2147483647 return seed % n end
local vars = {"a","b","c","d","p"}
local function V() return vars[1 + rnd(#vars)] end
local expr
local function lit() return ({"1","2","nil","true","false","'x'","'3'","{}","0.5","-1","'10'"})[1 + rnd(11)] end
function expr(d)
  if d <= 0 then return rnd(2) == 0 and V() or lit() end
  local k = rnd(26)
  if k < 3 then return V() elseif k < 5 then return lit()
  elseif k < 8 then return "(" .. expr(d-1) .. ({"+","-","*","+","-","+","..","==","~="})[1 + rnd(9)] .. expr(d-1) .. ")"
  elseif k == 8 then return expr(d-1) .. " and " .. expr(d-1) elseif k == 9 then return "(" .. expr(d-1) .. " or " .. expr(d-1) .. ")"
  elseif k == 10 then return "not " .. V() elseif k == 11 then return "#" .. V() elseif k == 12 then return "id(" .. expr(d-1) .. ", " .. expr(d-1) .. ")"
  elseif k == 13 then return "(id(" .. expr(d-1) .. "))" elseif k == 14 then return V() .. "[" .. expr(d-1) .. "]"
  else return V() .. ".k" end
end
local stat
local function block(d, n) local t = {} for i = 1, n do t[i] = stat(d) end return table.concat(t, " ") end
function stat(d)
  local k = rnd(25)
  if k < 3 then return V() .. " = " .. expr(2)
  elseif k == 3 then return V() .. ", " .. V() .. " = " .. expr(2) .. ", " .. expr(2)
  elseif k == 4 then return V() .. ", t[" .. expr(1) .. "], " .. V() .. " = " .. expr(1) .. ", " .. expr(1) .. ", id(" .. expr(1) .. ", 5)"
  elseif k == 5 then return "t.k, " .. V() .. " = " .. expr(1) .. ", " .. expr(1)
  elseif k == 6 and d > 0 then return "if " .. expr(2) .. " then " .. block(d-1, 2) .. " else " .. block(d-1, 1) .. " end"
  elseif k == 7 and d > 0 then return "for i = 1, 3 do local q = i " .. block(d-1, 2) .. " f[#f+1] = function() q = q + 1 return q end end"
  elseif k == 14 and d > 0 then return "for i = 1, 3 do local q = i if " .. expr(1) .. " then goto cont end " .. block(d-1, 2) .. " f[#f+1] = function() q = q + 1 return q end ::cont:: end"
  elseif k == 15 and d > 0 then return "do local n = 0 while n < 4 do n = n + 1 local w = n f[#f+1] = function() w = w + 1 n = n + 1 return w + n end " .. block(d-1, 1) .. " if " .. expr(1) .. " then break end if " .. expr(1) .. " then goto cont end " .. stat(0) .. " ::cont:: end end"
  elseif k == 16 and d > 0 then return "do local n = 0 repeat n = n + 1 local r = n f[#f+1] = function() r = r + 1 return r end " .. block(d-1, 1) .. " until r > 2 or n > 3 end"
  elseif k == 17 and d > 0 then return "do local n = 0 ::top:: n = n + 1 local z = n f[#f+1] = function() z = z + 1 return z end " .. stat(0) .. " if n < 3 then goto top end end"
  elseif k == 18 then return "for k, v in ipairs({" .. expr(1) .. ", " .. expr(1) .. "}) do out(k, v) f[#f+1] = function() k = k + 1 return k, v end end"
  elseif k == 19 then return "f[#f+1] = function() " .. V() .. " = " .. expr(1) .. " return " .. V() .. " end if f[#f] then out(pcall(f[#f])) end"
  elseif k == 20 then return "o.x, " .. V() .. " = o:m(" .. expr(1) .. ", " .. expr(1) .. ")"
  elseif k == 21 and d > 0 then return "local function h(n, ...) if n > 2 then return n, ... end " .. stat(0) .. " return h(n + 1, " .. expr(1) .. ", ...) end out(pcall(h, 0, " .. expr(1) .. "))"
  elseif k == 22 and d > 0 then return "for i = " .. (3 - rnd(3)) .. ", " .. rnd(4) .. ", " .. ({"1","-1","2","0.5"})[1 + rnd(4)] .. " do out(i) " .. block(d-1, 1) .. " end"
  elseif k == 23 and d > 0 then return "local co = coroutine.wrap(function(u, ...) local v, w = coroutine.yield(u, " .. expr(1) .. ") " .. stat(0) .. " return v, w, coroutine.yield(...) end) out(pcall(co, " .. expr(1) .. ", 2)) out(pcall(co, " .. expr(1) .. ")) out(pcall(co, 9)) out(pcall(co))"
  elseif k == 24 then return "function o.f(x) " .. V() .. " = x return o end function o:m(x, ...) self.x = x return " .. expr(1) .. ", ... end"
  elseif k == 8 and d > 0 then return "local ok, e = pcall(function(a, ...) local b = select('#', ...) " .. block(d-1, 2) .. " end, " .. expr(1) .. ") out(ok, e)"
  elseif k == 9 then return "local " .. V() .. " = " .. expr(2)
  elseif k == 10 then return "local " .. V() .. ", " .. V() .. " = " .. expr(1) .. ", id(" .. expr(1) .. ", 7)"
  elseif k == 11 and d > 0 then return "do " .. block(d-1, 2) .. " end"
  elseif k == 12 then return "out(" .. expr(2) .. ", " .. expr(1) .. ")"
  else return V() .. " = id(" .. expr(1) .. ")" end
end
local results, budget
local function show(v) if type(v) == "table" or type(v) == "function" then return type(v) end if v ~= v then return "nan" end return tostring(v) end
function out(...) budget = budget + 1 if budget > 60 then error('enough', 0) end for i = 1, select("#", ...) do results[#results + 1] = show((select(i, ...))) end end
function id(...) return ... end
function num(x) return tonumber(x) or 3 end
local function op(a, b) return type(a) == "number" and a or type(b) == "number" and b or 1 end
local M = {__index = function(_, k) return k end, __newindex = function() end, __add = op, __sub = op, __mul = op, __concat = function() return "c" end, __len = function() return 2 end, __unm = function() return 5 end, __call = function(_, ...) return ... end}
for _, v in ipairs{true, print} do debug.setmetatable(v, M) end debug.setmetatable(0, {__index = M.__index, __newindex = M.__newindex, __len = M.__len, __call = M.__call})
debug.setmetatable(nil, M)
for _, k in ipairs{"__add", "__sub", "__mul"} do getmetatable("")[k] = op end
getmetatable("").__call = M.__call
getmetatable("").__newindex = M.__newindex

for n = 1, 1500 do
  local src = "local f, t, o = {}, {k = 1, 2, 3}, {} function o.f(x) return {k = x} end function o:m(...) return ... end local function g(a, b, c, d, p) " .. block(2, 4) .. " out(a, b, c, d, p) for i = 1, #f do if i < 9 then out(pcall(f[i])) end end return p end out(g(1, 'x', {k = 5, 9}, 2.5, '4'))"
  results = {} budget = 0
  local f, m = loadstring(src, "=x")
  if not f then print(n, "SYNTAX") else
    local ok, e = pcall(f) if not ok then results[#results + 1] = show(e) end
    print(n, (table.concat(results, ","):gsub(" %a+ '[^']*' %((a %a+ value)%)", " %1"):gsub("%-nan", "nan"):gsub(",%-0", ",0")))
  end
end
