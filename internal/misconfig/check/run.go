package check

import (
	"slices"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/instruction"
	"seaworthy.dev/seaworthy/internal/shell"
)

// Run is a build step that runs commands.
type Run struct {
	instruction.Instruction
	Commands []*shell.Command
	// Whole is false if a part of the script could not be parsed.
	Whole bool
	// Locations has the location of the step.
	Locations []seaworthy.Location
	// Verifies is true if the step compares checksums or verifies signatures.
	Verifies bool
}

func (s *Image) readRuns() []Run {
	var list []Run
	for _, in := range s.Steps {
		trigger, ok := in.Trigger()
		if in.Keyword != "RUN" && (!ok || trigger.Keyword != "RUN") {
			continue
		}
		r := Run{Instruction: in, Locations: []seaworthy.Location{s.StepLocation(in)}}
		r.Commands, r.Whole = in.Commands()
		r.Verifies = slices.ContainsFunc(r.Commands, verifies)
		list = append(list, r)
	}
	return list
}

// verifies reports whether a command compares checksums or verifies signatures.
func verifies(c *shell.Command) bool {
	switch c.Name {
	case "sha1sum", "sha224sum", "sha256sum", "sha384sum", "sha512sum", "shasum", "b2sum", "md5sum":
		return c.Has("--check", "--status", "--strict") || c.HasShort('c')
	case "gpg", "gpg2":
		return c.Has("--verify", "--decrypt")
	case "gpgv", "minisign", "signify":
		return true
	case "cosign", "notation":
		return c.Has("verify", "verify-blob")
	case "openssl":
		return c.Has("-verify")
	}
	return false
}
