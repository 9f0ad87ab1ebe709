// Package lint finds what is wrong with call scripts without running them, for eslua check.
//
// What it knows of the interfaces are the rows of package api, and what it knows of the language is what package vm has. Scripts of one directory
// share their global variables, so it looks at all files together. It says nothing where it is not sure: a name is misspelled only if no file sets
// it, and a value has a class only if everything that is assigned to it has.
package lint
