// Package modules is the helper modules that scripts in the wild require: JSON, HTTP, digests, base64, directories,
// databases. They behave as the libraries whose names they bear (docs/modules.md), keep to the rights that they were
// given, and know nothing of telephony.
//
// The functions and metatables of a module are made once and shared by all states; a state gets a table of its own when its
// script requires the module.
package modules
