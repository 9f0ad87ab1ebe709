-- The filters of LuaSocket's module mime, made of the low-level ones that it has, too.

local ltn12 = require "ltn12"
local M = {}
for name, f in pairs(require "mime.core") do M[name] = f end

M._VERSION = "MIME 1.0.3"
M.encodet = {
  base64 = function() return ltn12.filter.cycle(M.b64, "") end,
  ["quoted-printable"] = function(mode)
    return ltn12.filter.cycle(M.qp, "", mode == "binary" and "=0D=0A" or "\r\n")
  end,
}
M.decodet = {
  base64 = function() return ltn12.filter.cycle(M.unb64, "") end,
  ["quoted-printable"] = function() return ltn12.filter.cycle(M.unqp, "") end,
}

local function wrap(length)
  length = length or 76
  return ltn12.filter.cycle(M.wrp, length, length)
end

M.wrapt = {
  text = wrap, base64 = wrap, default = wrap,
  ["quoted-printable"] = function() return ltn12.filter.cycle(M.qpwrp, 76, 76) end,
}

-- choose makes a function that finds its filter by a name.
local function choose(filters)
  return function(name, ...)
    if type(name) ~= "string" then return filters.default(name, ...) end
    local make = filters[name]
    if not make then error("unknown key (" .. name .. ")", 2) end
    return make(...)
  end
end

M.encode, M.decode, M.wrap = choose(M.encodet), choose(M.decodet), choose(M.wrapt)

function M.normalize(marker)
  return ltn12.filter.cycle(M.eol, 0, marker)
end

function M.stuff()
  return ltn12.filter.cycle(M.dot, 2)
end

return M
