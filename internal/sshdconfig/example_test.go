package sshdconfig_test

import (
	"fmt"

	"seaworthy.dev/seaworthy/internal/sshdconfig"
)

// etc is a FileSystem with one file.
type etc string

func (e etc) ReadFile(path string) (string, bool) { return string(e), path == "etc/ssh/sshd_config" }
func (e etc) ReadDir(string) []string             { return nil }

func Example() {
	conf := sshdconfig.Read(etc(`
PermitRootLogin no
PermitRootLogin yes # the first one counts
Match Address 10.0.0.0/8
	PermitRootLogin yes
`), "etc/ssh/sshd_config")
	for _, o := range conf.Effective("permitrootlogin") {
		fmt.Printf("line %d: %s %q for %q\n", o.Line, o.Keyword, o.Args, o.Match)
	}
	// Output:
	// line 2: permitrootlogin ["no"] for ""
	// line 5: permitrootlogin ["yes"] for "Address 10.0.0.0/8"
}
