-- Asks the company's CRM over HTTP who calls, before the call rings anywhere. In the native manner.
--
--   caller-id/main.lua https://crm.example.com/callers
--
-- argv[1]?number=+4930123456 answers with JSON, of which all is optional: {"name": "Ann Other", "id": "4711", "vip": true}.
-- The dialplan goes on behind this script, with
--
--   effective_caller_id_name      what the telephones show
--   crm_id, crm_vip, crm_status   on this call and all that it is connected with; crm_status is found, unknown or failed
--
-- eslua reaches only the addresses of http_allow. A token for the CRM is in the environment variable CRM_TOKEN, if there is one
-- (env in the configuration): in the dialplan everybody who sees a log could read it.

local session = require("eslua").session
local http = require "http"
local json = require "json"

-- Nobody waits in silence for longer, however slow the CRM is.
local timeout = 1.5

local address = argv and argv[1]

local function log(level, text)
  freeswitch.consoleLog(level, "caller id: " .. text .. "\n")
end

-- The number with its country, as the CRM has it, or nil for one that is withheld.
local function international(number)
  number = (number or ""):gsub("[^%d+]", ""):gsub("^00", "+")
  local national = session:get("default_country") -- as 49, where numbers come with a 0 in front
  if national then number = number:gsub("^0", "+" .. national) end
  if #number < 4 then return nil end
  return number
end

local function escape(text)
  return (text:gsub("[^%w]", function(c) return ("%%%02X"):format(c:byte()) end))
end

-- Asks: the answer as a table, or nil and why there is none, "unknown" when the CRM does not know the number.
local function look_up(number)
  local headers = { Accept = "application/json" }
  local token = os.getenv("CRM_TOKEN")
  if token then headers.Authorization = "Bearer " .. token end
  local answer, why = http.get(address .. "?number=" .. escape(number), { timeout = timeout, headers = headers })
  if not answer then return nil, why end
  if answer.status == 404 then return nil, "unknown" end
  if answer.status ~= 200 then return nil, "status " .. answer.status end
  local ok, data = pcall(json.decode, answer.body)
  if not ok then return nil, data end
  if type(data) ~= "table" then return nil, "the answer is no object" end
  return data
end

-- A text for the display of a telephone: it goes into a header of SIP, and whoever fills the CRM may have pasted anything.
local function display(text)
  text = text:gsub("[%c\"<>\\]", " "):gsub("%s+", " "):gsub("^ ", ""):gsub(" $", "")
  local length = math.min(#text, 40)
  while length < #text and text:byte(length + 1) >= 128 and text:byte(length + 1) < 192 do
    length = length - 1 -- not in the middle of a character of UTF-8
  end
  return text:sub(1, length)
end

local function main()
  if not address then
    log("ERR", "the dialplan must say the address of the CRM")
    return "failed"
  end
  local number = international(session:get("caller_id_number"))
  if not number then return "unknown" end
  local data, why = look_up(number)
  if not data then
    -- A CRM that is down must not keep calls from ringing.
    if why ~= "unknown" then log("WARNING", number .. ": " .. why) end
    return why == "unknown" and "unknown" or "failed"
  end
  if type(data.name) == "string" and display(data.name) ~= "" then
    session:set("effective_caller_id_name", display(data.name))
  end
  if type(data.id) == "string" or type(data.id) == "number" then
    session:export("crm_id", tostring(data.id))
  end
  session:export("crm_vip", data.vip == true and "true" or "false")
  log("INFO", number .. " is " .. tostring(data.name))
  return "found"
end

session:export("crm_status", main())
