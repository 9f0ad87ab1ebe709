-- A file that fails when it is loaded, for the lazy library to say so.
error("broken on purpose")
