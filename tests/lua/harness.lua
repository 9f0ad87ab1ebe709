-- Prints the result of each expression of a file, one line for each: run by the generator with PUC Lua and by the test with ours.
-- A line is an expression, or statements with a return; "2| " in front asks for Lua 5.2.
local function show(v)
  if type(v) == "string" then
    return (string.format("%q", v):gsub("\\\n", "\\n"):gsub("\r", "\\r"))
  elseif type(v) == "number" then
    return tostring(v)
  elseif type(v) == "table" or type(v) == "function" or type(v) == "userdata" or type(v) == "thread" then
    return type(v)
  end
  return tostring(v)
end
local function results(ok, ...)
  local out = {}
  for i = 1, select("#", ...) do out[i] = show((select(i, ...))) end
  return (ok and "" or "error ") .. table.concat(out, ", ")
end
function evaluate(line)
  local source = line:gsub("^%d| ", "")
  local f, message = loadstring("return " .. source, "=x")
  if not f then f, message = loadstring(source, "=x") end
  if not f then return "syntax " .. message end
  return results(pcall(f))
end
