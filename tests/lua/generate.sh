#!/bin/sh
# Writes expected.txt and programs.txt: what Lua 5.1 and 5.2 of Debian (packages lua5.1 and lua5.2) say to each line of expressions.txt, and 5.2 to programs.lua.
cd "$(dirname "$0")" || exit 1
export TZ=UTC LC_ALL=C
for v in 5.1 5.2; do
	lua$v -e 'dofile "harness.lua"
		for line in io.lines("expressions.txt") do
			print((line == "" or line:match("^%-%-")) and "" or evaluate(line))
		end' > "/tmp/expected.$$.$v" || exit 1
done
awk -v new="/tmp/expected.$$.5.2" -v expr=expressions.txt '{
	getline second < new; getline e < expr
	print (e ~ /^2\| /) ? second : $0
}' "/tmp/expected.$$.5.1" > expected.txt
rm -f "/tmp/expected.$$."*
lua5.2 programs.lua > programs.txt
