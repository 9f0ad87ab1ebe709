-- Greets callers by the name that the program knows.
-- eslua: ignore missing-module crm and company are those of the program
local crm = require "crm"
local company = require "company"

session:answer()
local number = session:getVariable("caller_id_number")
local name, why = crm.customer(number)
print(company.Name .. ": caller " .. company:Welcome() .. " is " .. (name or number .. " (" .. why .. ")"))
session:setVariable("customer", name)
session:streamFile("welcome.wav")
