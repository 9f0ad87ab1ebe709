-- Asks for the caller's language and remembers it, written for mod_lua.
--
--   language-menu/main.lua 5000      the extension that goes on in that language
--
-- A caller who was here before is not asked again, but may press * for the menu. What was chosen is kept in the switch's own
-- database (the application db), by the caller's number. Behind it, prompts and say are those of the language:
--
--   default_language   of say and phrases      sound_prefix   where files without a path are
--   language           for the scripts and dialplans behind this one

local extension = argv and argv[1]

-- Each prompt is spoken in its own language: "For English, press 1."
local languages = {
  { key = "1", code = "en", voice = "en/us/callie" },
  { key = "2", code = "de", voice = "de/de/callie" },
  { key = "3", code = "fr", voice = "fr/ca/june" },
}
local by_default = languages[1]

local function log(level, text)
  freeswitch.consoleLog(level, "language: " .. text .. "\n")
end

local sounds = session:getVariable("sounds_dir") or "/usr/share/freeswitch/sounds"

local function use(language)
  session:setVariable("default_language", language.code)
  session:setVariable("language", language.code)
  session:setVariable("sound_prefix", sounds .. "/" .. language.voice)
end

local function by(field, value)
  for _, language in ipairs(languages) do
    if language[field] == value then return language end
  end
  return nil
end

----- what was chosen before

-- The number as a key of the store, or nil for those who do not show one: they are all different people.
local function caller()
  local number = session:getVariable("caller_id_number") or ""
  if not number:match("^%+?%d+$") then return nil end
  return number
end

local function remembered()
  local number = caller()
  if not number then return nil end
  return by("code", freeswitch.API():execute("db", "select/language/" .. number))
end

local function remember(language)
  local number = caller()
  if number then
    session:execute("db", "insert/language/" .. number .. "/" .. language.code)
  end
end

----- the menu

local function ask()
  local prompts, keys = {}, ""
  for _, language in ipairs(languages) do
    prompts[#prompts + 1] = sounds .. "/" .. language.voice .. "/language/menu.wav"
    keys = keys .. language.key
  end
  local key = session:playAndGetDigits(1, 1, 3, 3000, "#", "file_string://" .. table.concat(prompts, "!"),
    sounds .. "/" .. by_default.voice .. "/ivr/ivr-that_was_an_invalid_entry.wav", "^[" .. keys .. "]$")
  return by("key", key)
end

-- Tells a caller who was here before what is used, and gives time for *: true when the menu is wanted.
local function wants_another()
  return session:playAndGetDigits(1, 1, 1, 1500, "#", "language/star-for-other-languages.wav", "", "^\\*$") == "*"
end

if not extension then
  log("ERR", "the dialplan must say where the call goes then")
  return
end

session:answer()
session:sleep(300)
local language = remembered()
if language then use(language) end
if not language or wants_another() then
  local chosen = session:ready() and ask() or nil
  if chosen then
    remember(chosen)
  elseif session:ready() then
    -- Who cannot press keys goes on nevertheless, and is asked again the next time.
    log("NOTICE", "nothing chosen")
  end
  language = chosen or language or by_default
  use(language)
end
if session:ready() then
  log("INFO", language.code)
  session:transfer(extension)
end
