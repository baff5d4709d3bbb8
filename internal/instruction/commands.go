package instruction

import (
	"strings"

	"seaworthy.dev/seaworthy/internal/shell"
)

// Commands returns the commands that the instruction runs, as [shell.Parse] does: those
// of RUN, CMD, ENTRYPOINT, HEALTHCHECK, and ONBUILD with one of these. whole is false if
// a part could not be parsed or exceeds a limit.
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

// execForm is Exec for arguments without the CMD of a HEALTHCHECK. Arguments of a shell
// are not in exec form, even if they start with a bracket.
func (in Instruction) execForm() ([]string, bool) {
	if len(in.Shell) > 0 {
		return nil, false
	}
	return ParseExecForm(in.Args)
}
