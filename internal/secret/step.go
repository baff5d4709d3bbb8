package secret

import (
	"sync"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/instruction"
	"seaworthy.dev/seaworthy/internal/shell"
)

// step is a step of the build. Remedies ask every step what it runs.
type step struct {
	instruction.Instruction
	commands func() []*shell.Command
	redacted func() string
}

// stepsOf gives the steps that the history of an image of some layers records.
func stepsOf(config seaworthy.ImageConfig, layers int) []step {
	recorded, _ := instruction.History(config, layers)
	steps := make([]step, len(recorded))
	for i, in := range recorded {
		steps[i] = step{in, sync.OnceValue(func() []*shell.Command {
			commands, _ := in.Commands()
			return commands
		}), sync.OnceValue(in.Redacted)}
	}
	return steps
}
