package shell_test

import (
	"strings"
	"testing"

	"seaworthy.dev/seaworthy/internal/imagetest"
	"seaworthy.dev/seaworthy/internal/shell"
)

// FuzzParse shows that the limits apply to any script in every language, and that Into has
// only commands of the same script.
func FuzzParse(f *testing.F) {
	f.Add("curl u | sh", uint8(1))
	f.Add("sh -c \"$(curl u)\" <<EOF\n$A\nEOF", uint8(1))
	f.Add("cmd /S /C powershell -Command \"iwr u | iex\"", uint8(3))
	f.Add(strings.Repeat("$(", 50), uint8(1))
	f.Fuzz(func(t *testing.T, script string, lang uint8) {
		imagetest.LimitInput(t, func() {
			for _, parse := range []func() ([]*shell.Command, bool){
				func() ([]*shell.Command, bool) { return shell.Parse(script, shell.Language(lang%4)) },
				func() ([]*shell.Command, bool) { return shell.ParseArgs(strings.Split(script, " ")) },
			} {
				cmds, _ := parse()
				if len(cmds) > shell.MaxCommands {
					t.Fatalf("%d commands", len(cmds))
				}
				known := make(map[*shell.Command]bool, len(cmds))
				for _, c := range cmds {
					known[c] = true
				}
				for _, c := range cmds {
					for _, into := range c.Into {
						if !known[into] {
							t.Fatalf("%+v goes into %+v, which is no command of the script", c, into)
						}
					}
				}
			}
			shell.CutInvocation(script)
		})
	})
}
