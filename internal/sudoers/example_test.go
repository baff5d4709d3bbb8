package sudoers_test

import (
	"fmt"

	"seaworthy.dev/seaworthy/internal/sudoers"
)

// etc is a FileSystem with one file.
type etc string

func (e etc) ReadFile(path string) (string, bool) { return string(e), path == "etc/sudoers" }
func (e etc) ReadDir(string) []string             { return nil }

func Example() {
	conf := sudoers.Read(etc(`
Defaults targetpw
Cmnd_Alias EDITORS = /usr/bin/vi, /usr/bin/nano
bob ALL = (root) NOPASSWD: EDITORS
bob may do anything
`), "etc/sudoers")
	for _, g := range conf.Grants {
		fmt.Printf("line %d: %s, as root: %t, without password: %t\n", g.Line, g.String(), g.AllowsRoot(), g.WithoutPassword)
	}
	for _, p := range conf.Problems {
		fmt.Printf("%s:%d: %v\n", p.File, p.Line, p.Err)
	}
	// Output:
	// line 4: bob ALL=(root) NOPASSWD: /usr/bin/vi, as root: true, without password: true
	// line 4: bob ALL=(root) NOPASSWD: /usr/bin/nano, as root: true, without password: true
	// etc/sudoers:5: malformed: no "=" between hosts and commands
}
