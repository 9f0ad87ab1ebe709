-- The company's menu in the native manner: methods say what came of them, and events can be waited for.
--
--   1  opening hours        2  an agent         3  leave a message       9  hear the menu again

local agents = argv and argv[1] or "agents"

-- Every event handler runs while the script waits in a method. Here they only write a line.
session:on("DTMF", function(ev)
  print("key " .. ev:get("DTMF-Digit"))
end)
session:on("CHANNEL_BRIDGE", function(ev)
  print("talking to " .. (ev:get("Other-Leg-Destination-Number") or "somebody"))
end)

-- Plays a prompt and waits for one of the keys. A key stops the prompt.
local function ask(prompt, keys, seconds)
  local ok, why, key = session:playback(prompt, { terminators = keys })
  if key then return key end
  if not ok then return nil, why end
  local ev
  ev, why = session:wait_event({ "DTMF", "CHANNEL_HANGUP" }, seconds)
  if not ev then return nil, why end
  if ev:getType() ~= "DTMF" then return nil, "hangup" end
  key = ev:get("DTMF-Digit")
  session:getDigits(1, "", 1) -- it was also queued
  if not keys:find(key, 1, true) then return nil, "wrong" end
  return key
end

session:answer()
session:playback("ivr/welcome.wav")

for _ = 1, 5 do
  local key, why = ask("ivr/menu.wav", "1239", 4)
  if why == "hangup" then return end
  if key == "1" then
    session:playback("ivr/opening-hours.wav")
  elseif key == "2" then
    session:execute("bridge", "{leg_timeout=20}loopback/" .. agents .. "/default")
    break
  elseif key == "3" then
    session:playback("ivr/leave-message.wav")
    session:execute("record", "/var/spool/messages/" .. session:get_uuid() .. ".wav 60 200 3")
    break
  elseif key ~= "9" then
    session:playback("ivr/wrong.wav")
  end
end

session:playback("ivr/goodbye.wav")
session:hangup()
