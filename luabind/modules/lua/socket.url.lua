-- URLs taken apart and put together as LuaSocket's module url does.

local M = { _VERSION = "URL 1.0.3" }

local function encode(pattern, form)
  return function(text)
    return (text:gsub(pattern, function(c) return string.format(form, c:byte()) end))
  end
end

M.escape = encode("[^A-Za-z0-9_]", "%%%02x")
local escape_segment = encode("[^A-Za-z0-9_%-%.!~*'():@&=+$,]", "%%%02X")

function M.unescape(text)
  return (text:gsub("%%(%x%x)", function(digits) return string.char(tonumber(digits, 16)) end))
end

function M.parse(text, default)
  local out = {}
  for name, value in pairs(default or {}) do out[name] = value end
  if not text or text == "" then return nil, "invalid url" end
  -- take cuts off what the pattern finds.
  local function take(name, pattern)
    text = text:gsub(pattern, function(found)
      out[name] = found
      return ""
    end, 1)
  end
  take("scheme", "^(%w[%w+%-.]*):")
  take("authority", "^//([^/?#]*)")
  take("fragment", "#(.*)$")
  take("query", "%?(.*)")
  take("params", ";(.*)")
  if text ~= "" then out.path = text end
  text = out.authority
  if not text then return out end
  take("userinfo", "^([^@]*)@")
  take("port", ":([^:%]]*)$")
  if text ~= "" then out.host = text:match("^%[(.+)%]$") or text end
  text = out.userinfo
  if not text then return out end
  take("password", ":([^:]*)$")
  out.user = text
  return out
end

function M.build(parts)
  local text = parts.path or ""
  if parts.params then text = text .. ";" .. parts.params end
  if parts.query then text = text .. "?" .. parts.query end
  local authority = parts.authority
  if parts.host then
    authority = parts.host
    if authority:find(":", 1, true) then authority = "[" .. authority .. "]" end
    if parts.port then authority = authority .. ":" .. tostring(parts.port) end
    local who = parts.userinfo
    if parts.user then
      who = parts.user
      if parts.password then who = who .. ":" .. parts.password end
    end
    if who then authority = who .. "@" .. authority end
  end
  if authority then text = "//" .. authority .. text end
  if parts.scheme then text = parts.scheme .. ":" .. text end
  if parts.fragment then text = text .. "#" .. parts.fragment end
  return text
end

-- undotted is a path without the segments "." and "..".
local function undotted(path)
  local parts, out = {}, {}
  for part in (path .. "/"):gmatch("([^/]*)/") do parts[#parts + 1] = part end
  for i, part in ipairs(parts) do
    local dots = part == "." or part == ".."
    if not dots then
      out[#out + 1] = part
    elseif part == ".." and (#out > 1 or #out == 1 and out[1] ~= "") then
      out[#out] = nil
    end
    if dots and i == #parts then out[#out + 1] = "" end
  end
  return table.concat(out, "/")
end

function M.absolute(base, relative)
  local from = base
  if type(base) == "table" then
    base = M.build(base)
  else
    from = M.parse(base)
  end
  local to = M.parse(relative)
  if not from then return relative end
  if not to then return base end
  if to.scheme then return relative end
  to.scheme = from.scheme
  if not to.authority then
    to.authority = from.authority
    if not to.path then
      to.path = from.path
      if not to.params then
        to.params = from.params
        to.query = to.query or from.query
      end
    elseif to.path:sub(1, 1) ~= "/" then
      local before = (from.path or ""):gsub("[^/]*$", "")
      if before:sub(-1) ~= "/" then before = before .. "/" end
      to.path = before .. to.path
    end
  end
  if to.path then to.path = undotted(to.path) end
  return M.build(to)
end

function M.parse_path(path)
  path = path or ""
  local out = {}
  for segment in path:gmatch("[^/]+") do out[#out + 1] = M.unescape(segment) end
  if path:sub(1, 1) == "/" then out.is_absolute = 1 end
  if path:sub(-1) == "/" then out.is_directory = 1 end
  return out
end

function M.build_path(segments, unsafe)
  local out = {}
  for i, segment in ipairs(segments) do out[i] = unsafe and segment or escape_segment(segment) end
  local path = table.concat(out, "/")
  if #out > 0 and segments.is_directory then path = path .. "/" end
  if segments.is_absolute then path = "/" .. path end
  return path
end

return M
