package lint

import (
	"path"
	"slices"
	"strings"
)

// findLoads notes what a file loads that was not seen: modules may set a global of their own name, files any.
func (k *checker) findLoads(c *chunk) {
	for _, e := range c.calls {
		if e.Func == nil || len(e.Args) == 0 {
			continue
		}
		name, _ := c.libraryName(e.Func)
		text, whole := fold(e.Args[0])
		switch name {
		case "require":
			if whole {
				k.loads[text] = true
			}
			if whole && !k.scriptOf(text) {
				for part := range strings.SplitSeq(text, ".") {
					k.required[part] = true
				}
			}
		case "dofile", "loadfile":
			tail := text[strings.LastIndex(text, unknown)+1:]
			if base := path.Base(tail); path.Ext(base) != "" && path.Ext(base) != base && !k.seen(tail) {
				k.unseen = true
			}
		}
	}
}

// scriptOf tells whether the module of that name is among the files that were read.
func (k *checker) scriptOf(module string) bool {
	file := strings.ReplaceAll(module, ".", "/")
	return k.seen(file+".lua") || k.seen(file+"/init.lua")
}

// seen tells whether a file of that name is among those that were read. Of an absolute name, whose root may be another one here, the last three parts
// must be the same.
func (k *checker) seen(name string) bool {
	parts := strings.Split(strings.TrimPrefix(path.Clean(name), "/"), "/")
	if path.IsAbs(name) {
		parts = parts[max(0, len(parts)-3):]
	}
	tail := strings.Join(parts, "/")
	return slices.ContainsFunc(k.files, func(f string) bool { return f == tail || strings.HasSuffix(f, "/"+tail) })
}
