package instruction_test

import (
	"slices"
	"strings"
	"testing"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/instruction"
	"seaworthy.dev/seaworthy/internal/shell"
)

// FuzzHistory holds what is promised of any history: one step for each entry,
// each layer bound once and in order, and no view that panics.
func FuzzHistory(f *testing.F) {
	for _, entry := range createdBy {
		f.Add(entry.in, "buildkit.dockerfile.v0", false, 1)
	}
	f.Add("RUN true\x00COPY a b\x00ENV A=b", "", true, 3)
	f.Fuzz(func(t *testing.T, lines, comment string, empty bool, layers int) {
		var c seaworthy.ImageConfig
		for i, line := range strings.Split(lines, "\x00") {
			c.History = append(c.History, seaworthy.History{CreatedBy: line, Comment: comment, EmptyLayer: empty && i%2 == 1})
		}
		steps, bound := instruction.History(c, layers)
		if len(steps) != len(c.History) {
			t.Fatalf("%d steps for %d entries", len(steps), len(c.History))
		}
		next := 0
		for i, in := range steps {
			if in.History != i || in.Raw != c.History[i].CreatedBy {
				t.Fatalf("step %d says that it is %d of %q", i, in.History, in.Raw)
			}
			if in.Layer >= 0 {
				if !bound || in.Empty || in.Layer != next {
					t.Fatalf("step %d (empty %v) is bound to layer %d, want %d", i, in.Empty, in.Layer, next)
				}
				next++
			}
			if in.Keyword == "" && in.String() != in.Args {
				t.Fatalf("step %d without keyword reads %q, want %q", i, in.String(), in.Args)
			}
			in.Pairs()
			in.Transfer()
			in.Exec()
			in.Trigger()
			in.Flag("mount")
		}
		if bound != (next == layers) && layers > 0 {
			t.Fatalf("bound is %v with %d of %d layers", bound, next, layers)
		}
	})
}

// FuzzParse holds that an instruction's Dockerfile form is read back as the same
// instruction.
func FuzzParse(f *testing.F) {
	for _, entry := range createdBy {
		f.Add(entry.want)
	}
	f.Add("RUN a \\\n # b\n c")
	f.Add(`ENV A="b c" D=e\ f`)
	f.Fuzz(func(t *testing.T, text string) {
		in := instruction.Parse(text)
		again := instruction.Parse(in.String())
		if in.Keyword == "" || strings.Contains(in.Args, "\n") {
			return // a lone line may start with a keyword only after continuation
		}
		if again.Keyword != in.Keyword || again.Args != in.Args || !slices.Equal(again.Flags, in.Flags) {
			t.Fatalf("%q reads as %+v, and its form %q as %+v", text, in, in.String(), again)
		}
		in.Pairs()
		in.Transfer()
	})
}

// FuzzCommands holds that any script is read within the bounds, and that
// commands only go into commands of the same script.
func FuzzCommands(f *testing.F) {
	for _, s := range scripts {
		f.Add(s.in)
	}
	f.Add("RUN " + strings.Repeat("$(", 50))
	f.Add("RUN " + strings.Repeat("sh -c '", 20))
	f.Fuzz(func(t *testing.T, text string) {
		for _, in := range []instruction.Instruction{instruction.Parse(text), instruction.ParseCreatedBy(text)} {
			cmds, _ := in.Commands()
			if len(cmds) > shell.MaxCommands {
				t.Fatalf("%d commands", len(cmds))
			}
			known := make(map[*shell.Command]bool, len(cmds))
			for _, c := range cmds {
				known[c] = true
			}
			for _, c := range cmds {
				if c.Path == "" && c.Name != "" {
					t.Fatalf("%+v has a name and no first word", c)
				}
				for _, into := range c.Into {
					if !known[into] {
						t.Fatalf("%+v goes into %+v, which is no command of the script", c, into)
					}
				}
				c.FindReader((*shell.Command).IsShell)
				c.Operands()
			}
		}
	})
}
