package scripts

import (
	"io/fs"
	"syscall"
	"time"
)

// changeTime is when a file was changed last. This is the time that the system keeps for itself: that of modification is
// set by archives and by cp -p, which give another content the same time and size.
func changeTime(info fs.FileInfo) time.Time {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return time.Unix(s.Ctim.Unix())
	}
	return info.ModTime()
}
