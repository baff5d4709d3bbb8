package instruction

import (
	"strings"

	"seaworthy.dev/seaworthy/internal/shell"
)

// Commands gives the commands that the instruction runs, or that a container
// would run by it, as [shell.Parse] does: those of RUN, CMD, ENTRYPOINT,
// HEALTHCHECK and of an ONBUILD with one of these. whole is false if something could
// not be parsed or is over a limit.
func (in Instruction) Commands() (cmds []*shell.Command, whole bool) {
	if in.Unread {
		return nil, false
	}
	switch in.Keyword {
	case "ONBUILD":
		if trigger, ok := in.Trigger(); ok && trigger.Keyword != "ONBUILD" {
			return trigger.Commands()
		}
		return nil, true
	case "HEALTHCHECK":
		word, rest := shell.CutWord(in.Args)
		if !strings.EqualFold(word, "CMD") {
			return nil, true
		}
		in.Args = rest
	case "RUN", "CMD", "ENTRYPOINT":
	default:
		return nil, true
	}
	if argv, ok := in.execForm(); ok {
		return shell.ParseArgs(argv)
	}
	lang := shell.POSIX
	for _, word := range in.Shell[:min(2, len(in.Shell))] {
		if l := shell.LanguageOf(word); l != shell.Unknown {
			lang = l
		}
	}
	return shell.Parse(in.Args, lang)
}

// execForm is Exec for arguments without the CMD of a HEALTHCHECK. What a shell
// was given is no exec form, even if it starts with a bracket.
func (in Instruction) execForm() ([]string, bool) {
	if len(in.Shell) > 0 {
		return nil, false
	}
	return ParseExecForm(in.Args)
}
