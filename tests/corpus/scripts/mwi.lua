-- A hook: what the lamps of the telephones show.
print("lamp", event:getHeader("MWI-Message-Account"), event:getHeader("MWI-Messages-Waiting"), event:getHeader("MWI-Voice-Message"))
