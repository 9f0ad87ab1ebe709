-- Sources, sinks, filters and pumps, as the manual of LuaSocket describes them (LTN12).
--
-- A source gives a piece of text each time that it is called, nil at the end, nil and a message when it fails. A sink takes
-- pieces, nil at the end, and gives a true value, or nil and a message. A filter takes a piece, nil at the end, and gives what
-- has become of it: "" means that it wants more, nil that it has come to its end.

local M = { BLOCKSIZE = 2048, _VERSION = "LTN12 1.0.3", filter = {}, source = {}, sink = {}, pump = {} }
local filter, source, sink, pump = M.filter, M.source, M.sink, M.pump
local unpack = unpack or table.unpack

-- A low-level filter keeps its state outside: cycle hands it around.
function filter.cycle(low, state, extra)
  assert(low)
  return function(piece)
    local out
    out, state = low(state, piece, extra)
    return out
  end
end

local function inappropriate()
  error("filter returned inappropriate nil", 3)
end

-- A chain hands all that a filter has made of a piece to the next one at once.
function filter.chain(...)
  local filters, n = { ... }, select("#", ...)
  local function feed(i, piece, out)
    if i > n then
      if piece then out[#out + 1] = piece end
      return
    end
    local f, ask = filters[i], piece and ""
    local made = f(piece)
    while made ~= ask do
      if made == nil then inappropriate() end
      if made ~= "" then feed(i + 1, made, out) end
      made = f(ask)
    end
    if not piece then feed(i + 1, nil, out) end
  end
  local ended = false
  return function(piece)
    if piece == nil then
      if ended then return nil end
      ended = true
    end
    local out = {}
    feed(1, piece, out)
    local text = table.concat(out)
    if piece == nil and text == "" then return nil end
    return text
  end
end

local function nothing()
  return nil
end

function source.empty()
  return nothing
end

function source.error(message)
  return function() return nil, message end
end

function source.file(handle, message)
  if not handle then return source.error(message or "unable to open file") end
  return function()
    local piece = handle:read(M.BLOCKSIZE)
    if not piece then handle:close() end
    return piece
  end
end

function source.string(text)
  if not text then return nothing end
  local at = 1
  return function()
    local piece = text:sub(at, at + M.BLOCKSIZE - 1)
    at = at + M.BLOCKSIZE
    if piece ~= "" then return piece end
    return nil
  end
end

function source.table(pieces)
  assert(type(pieces) == "table")
  local i = 0
  return function()
    i = i + 1
    return pieces[i]
  end
end

-- A fancy source may give another one to be asked from then on.
function source.simplify(src)
  assert(src)
  return function()
    local piece, other = src()
    if not piece then return nil, other end
    src = other or src
    return piece
  end
end

-- What is handed to a rewindable source comes out again.
function source.rewind(src)
  assert(src)
  local back = {}
  return function(piece)
    if piece then
      back[#back + 1] = piece
    elseif #back > 0 then
      return table.remove(back)
    else
      return src()
    end
  end
end

function source.cat(...)
  local sources, i = { ... }, 1
  return function()
    while sources[i] do
      local piece, message = sources[i]()
      if piece then return piece end
      if message then return nil, message end
      i = i + 1
    end
    return nil
  end
end

function source.chain(src, f, ...)
  if ... then f = filter.chain(f, ...) end
  assert(src and f)
  local eating, ended = false, false
  return function()
    while true do
      local piece = ""
      if ended then
        piece = nil
      elseif not eating then
        local message
        piece, message = src()
        if message then return nil, message end
        ended = piece == nil
      end
      local made = f(piece)
      if made == nil then
        if piece then inappropriate() end
        return nil
      end
      eating = made ~= ""
      if eating then return made end
    end
  end
end

function sink.table(pieces)
  pieces = pieces or {}
  return function(piece)
    if piece then pieces[#pieces + 1] = piece end
    return 1
  end, pieces
end

function sink.simplify(snk)
  assert(snk)
  return function(piece, message)
    local ok, other = snk(piece, message)
    if not ok then return nil, other end
    snk = other or snk
    return 1
  end
end

function sink.file(handle, message)
  if not handle then return sink.error(message or "unable to open file") end
  return function(piece)
    if piece then return handle:write(piece) end
    handle:close()
    return 1
  end
end

local function swallow()
  return 1
end

function sink.null()
  return swallow
end

function sink.error(message)
  return function() return nil, message end
end

function sink.chain(f, snk, ...)
  if ... then
    local all = { f, snk, ... }
    snk = table.remove(all)
    f = filter.chain(unpack(all))
  end
  assert(f and snk)
  return function(piece, message)
    if piece == "" then return 1 end
    local ask = piece and ""
    local made = f(piece)
    while made ~= ask do
      if made == nil then inappropriate() end
      local ok, failure = snk(made, message)
      if not ok then return nil, failure end
      made = f(ask)
    end
    if piece then return 1 end
    return snk(nil, message)
  end
end

-- step hands one piece on.
function pump.step(src, snk)
  local piece, failed = src()
  local ok, refused = snk(piece, failed)
  if piece and ok then return 1 end
  return nil, failed or refused
end

function pump.all(src, snk, step)
  assert(src and snk)
  step = step or pump.step
  while true do
    local ok, message = step(src, snk)
    if not ok then
      if message then return nil, message end
      return 1
    end
  end
end

return M
