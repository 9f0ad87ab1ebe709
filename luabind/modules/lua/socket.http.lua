-- LuaSocket's module http. What goes over the wire is the work of open, which is given by the host: it sends a request and gives
-- the status, the headers, the status line and the response to be received, or nil and a reason.

local _, open = ...
local ltn12 = require "ltn12"
local url = require "socket.url"

local M = { TIMEOUT = 60, USERAGENT = "eslua" }

-- target is the URL of a request. Fields of their own count more than what its url says.
local function target(reqt)
  local parts = reqt.url and url.parse(reqt.url, { path = "/", scheme = "http" }) or { path = "/", scheme = "http" }
  for _, name in ipairs { "scheme", "host", "port", "path", "params", "query", "user", "password" } do
    if reqt[name] ~= nil then parts[name] = reqt[name] end
  end
  parts.authority, parts.fragment, parts.userinfo = nil, nil, nil
  if parts.port == "" then parts.port = nil end
  if not parts.host or parts.host == "" then return nil, "invalid host '" .. tostring(parts.host) .. "'" end
  return url.build(parts)
end

local function exchange(reqt)
  local address, wrong = target(reqt)
  if not address then return nil, wrong end
  if reqt.proxy or M.PROXY then return nil, "proxies are not supported" end
  local headers = { ["user-agent"] = M.USERAGENT }
  for name, value in pairs(reqt.headers or {}) do headers[name:lower()] = tostring(value) end
  local body
  if reqt.source then
    local pieces = {}
    local ok, message = ltn12.pump.all(reqt.source, (ltn12.sink.table(pieces)), reqt.step)
    if not ok then return nil, message end
    body = table.concat(pieces)
  end
  local code, given, status, response = open {
    url = address, method = reqt.method, headers = headers, body = body, timeout = M.TIMEOUT,
    redirects = reqt.redirect ~= false and not body and (reqt.maxredirects or 5) or 0,
  }
  if not code then return nil, given end
  local ok, message = ltn12.pump.all(function() return response:receive() end, reqt.sink or ltn12.sink.null(), reqt.step)
  response:close()
  if not ok then return nil, message end
  return 1, code, given, status
end

function M.request(reqt, body)
  if type(reqt) ~= "string" then return exchange(reqt) end
  local pieces = {}
  reqt = { url = reqt, sink = (ltn12.sink.table(pieces)) }
  if body then
    reqt.method, reqt.source = "POST", ltn12.source.string(body)
    reqt.headers = { ["content-type"] = "application/x-www-form-urlencoded" }
  end
  local ok, code, headers, status = exchange(reqt)
  if not ok then return nil, code end
  return table.concat(pieces), code, headers, status
end

return M
