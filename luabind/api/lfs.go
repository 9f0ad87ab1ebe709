package api

// lfsModule is LuaFileSystem.
func lfsModule() Module {
	number := Result{Int, "C's number of the error, when the first is nil"}
	done := returns(Result{Bool, "true, or nil"}, why("the first"), number)
	path := str("path")
	attributes := func(name, doc string) Method {
		return fn(name, takes(path, opt(anything("what"))),
			doc+" With a name it gives that alone: mode, size, modification, access, change, permissions, ... With a table it puts them in there.",
			Result{Any, "a table of them, or the one, or nil"}, why("the first"), number)
	}
	change := func(name string, params []Param, doc string) Method {
		return Method{Name: name, Params: params, Results: done, Doc: doc}
	}
	return Module{
		Name: "lfs", Global: true,
		Table: library("lfs", "LuaFileSystem, in the directories that scripts may touch.", []Global{{"_VERSION", String, "The version of LuaFileSystem."}},
			attributes("attributes", "Tells what is known about a file."),
			attributes("symlinkattributes", "Tells what is known about a file, or about a link itself, with its `target`."),
			fn("currentdir", nil, "Gives the working directory, the first of those that scripts may touch.", Result{String, "its path, or nil"}, why("the first"), number),
			fn("chdir", takes(path), "Fails, but for the working directory itself.", Result{Bool, "true, or nil"}, why("the first")),
			fn("dir", takes(path), "Goes through the names in a directory: `for name in lfs.dir(path) do`. One that cannot be read raises an error.",
				Result{Function, "what gives the next name, nil at the end"}, Result{"lfs directory", "the directory"}),
			change("mkdir", takes(path), "Makes a directory."),
			change("rmdir", takes(path), "Removes an empty directory."),
			change("touch", takes(path, opt(Param{Name: "access", Type: Number}), opt(Param{Name: "modification", Type: Number})),
				"Sets the times of a file, in seconds since 1970; without them to the present."),
			change("link", takes(str("old"), str("new"), opt(anything("symbolic"))), "Makes a link."),
			fn("setmode", takes(anything("file"), str("mode")), "Has no effect: files are always `binary`.", Result{Bool, "true"}, Result{String, "`binary`"}),
		),
		Objects: []*Object{thing("lfs directory", "lfs.Directory", "directory", "A directory that is read.",
			fn("next", nil, "Gives the next name.", Result{String, "the name, nil at the end"}),
			fn("close", nil, "Ends it."),
		)},
	}
}
