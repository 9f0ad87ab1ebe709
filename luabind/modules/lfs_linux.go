package modules

import (
	"os"
	"syscall"

	lua "github.com/yuin/gopher-lua"
)

// describeSystem adds what the system's stat knows.
func describeSystem(info os.FileInfo, known map[string]lua.LValue) {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return
	}
	for name, n := range map[string]int64{
		"dev": int64(st.Dev), "ino": int64(st.Ino), "nlink": int64(st.Nlink), "uid": int64(st.Uid), "gid": int64(st.Gid), "rdev": int64(st.Rdev),
		"blocks": st.Blocks, "blksize": int64(st.Blksize), "access": int64(st.Atim.Sec), "change": int64(st.Ctim.Sec),
	} {
		known[name] = lua.LNumber(n)
	}
}
