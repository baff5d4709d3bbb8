package main

import (
	"cmp"
	"runtime/debug"
	"strings"
)

// built returns what the go command recorded in the program: the version of the module,
// and the commit if it was built in a checkout.
func built() (version, commit string) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "devel", ""
	}
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			commit = s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			commit += "-dirty"
		}
	}
	return cmp.Or(strings.Trim(info.Main.Version, "()"), "devel"), commit
}
