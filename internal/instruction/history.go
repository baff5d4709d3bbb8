package instruction

import (
	"slices"
	"strconv"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/shell"
)

// History reads all entries of the configuration's history, in order, and binds
// those that made a layer to the indexes of the image's layers. If their number
// is not that of the layers, no step is bound to any layer and bound is false:
// then it is unknown which step made which layer.
//
// Steps behind the first maxHistory bytes are Unread.
func History(c seaworthy.ImageConfig, layers int) (steps []Instruction, bound bool) {
	steps = make([]Instruction, len(c.History))
	made, length := 0, 0
	for i, h := range c.History {
		in := ParseCreatedBy(h.CreatedBy)
		length += len(h.CreatedBy)
		in.Unread = length > maxHistory
		in.Created, in.Comment = h.Created, h.Comment
		in.Empty, in.History = h.EmptyLayer, i
		in.BuildKit = in.BuildKit || strings.HasPrefix(h.Comment, "buildkit.dockerfile")
		if !in.Empty {
			in.Layer = made
			made++
		}
		steps[i] = in
	}
	if made == layers {
		return steps, true
	}
	for i := range steps {
		steps[i].Layer = -1
	}
	return steps, false
}

// maxHistory is the maximum length in bytes of the history whose commands are parsed. That
// takes up to a second for a megabyte, several times. Real histories have at most 100 KB.
const maxHistory = 1 << 20

const (
	buildKitSuffix = " # buildkit"
	nopPrefix      = "#(nop)"
)

// ParseCreatedBy reads the created_by text of one history entry. It knows what
// the classic Docker builder, BuildKit, Podman and Buildah, and kaniko record;
// what others record is kept as it is, without keyword. The result has History
// 0 and Layer -1.
func ParseCreatedBy(text string) Instruction {
	in := Instruction{Raw: text, Layer: -1}
	s := strings.Trim(text, shell.Blanks)
	if t, ok := strings.CutSuffix(s, strings.TrimLeft(buildKitSuffix, " ")); ok {
		s, in.BuildKit = strings.TrimRight(t, shell.Blanks), true
	}
	word, rest := shell.CutWord(s)
	switch {
	case word == "RUN":
		in.setRun(rest)
	case slices.Contains(keywords[:], word):
		in.Keyword = word
		in.setRecorded(rest)
	case strings.HasPrefix(word, "|"):
		in.setRun(s)
	default:
		words, script, ok := shell.CutInvocation(s)
		if !ok {
			in.Args = s
			return in
		}
		if nop, ok := strings.CutPrefix(script, nopPrefix); ok {
			in.setNop(nop)
			return in
		}
		in.Keyword, in.Shell, in.Args = "RUN", words, script
	}
	return in
}

// setNop reads what the classic builder recorded behind its mark for a step that
// runs nothing.
func (in *Instruction) setNop(text string) {
	word, rest := shell.CutWord(text)
	keyword := strings.ToUpper(word)
	if !slices.Contains(keywords[:], keyword) {
		in.Args = strings.Trim(text, shell.Blanks)
		return
	}
	in.Keyword = keyword
	in.setRecorded(rest)
}

// setRun reads "|N A=1 B=2 shell -c script", of which all but the script may be
// missing. Where the line is not known to be put together by the builder, a
// script in quotes belongs to a shell that the Dockerfile's author called.
func (in *Instruction) setRun(text string) {
	in.Keyword = "RUN"
	recorded := in.BuildKit || strings.HasPrefix(text, "|")
	in.BuildArgs, text = splitBuildArgs(text)
	if words, script, ok := shell.CutInvocation(text); ok && (recorded || !startsQuoted(script)) {
		in.Shell, in.Args = words, script
		return
	}
	if recorded {
		in.Args = strings.TrimSpace(text) // exec form; a leading -- is its own
		return
	}
	in.setArgs(joinLines(text))
}

// setRecorded reads the arguments of an instruction other than RUN, and brings
// those that builders print in the notation of Go's fmt package back to
// Dockerfile form.
func (in *Instruction) setRecorded(text string) {
	in.setArgs(text)
	switch in.Keyword {
	case "CMD", "ENTRYPOINT":
		if argv, ok := ParseExecForm(in.Args); ok {
			in.Args = formatExecForm(argv)
		}
	case "SHELL", "VOLUME":
		if argv, ok := parsePrintedList(in.Args); ok {
			in.Args = formatExecForm(argv)
		}
	case "EXPOSE":
		if ports, ok := parsePrintedPorts(in.Args); ok {
			in.Args = strings.Join(ports, " ")
		}
	case "HEALTHCHECK":
		in.setHealthcheck()
	}
}

func startsQuoted(s string) bool {
	return s != "" && (s[0] == '"' || s[0] == '\'')
}

// splitBuildArgs splits "|N A=1 B=2 rest". Values are recorded without quotes
// and may hold spaces: a value ends where the next name starts, and the last one
// where a shell starts, or else at the first space.
func splitBuildArgs(text string) (args []KeyValue, rest string) {
	word, rest := shell.CutWord(text)
	if !strings.HasPrefix(word, "|") {
		return nil, text
	}
	n, err := strconv.Atoi(word[1:])
	if err != nil || n < 0 {
		return nil, text
	}
	for len(args) < n {
		name, tail, ok := shell.CutAssignment(rest, shell.IsNameByte)
		if !ok {
			return args, rest
		}
		end := len(tail)
		if len(args) < n-1 {
			end = nextName(tail, shell.IsNameByte)
		}
		at := nextShell(tail[:end])
		switch {
		case at >= 0:
			end = at
		case len(args) == n-1:
			end = len(tail) - len(strings.TrimLeft(afterWord(tail), shell.Blanks))
		}
		args = append(args, KeyValue{Key: name, Value: strings.TrimRight(tail[:end], shell.Blanks)})
		rest = strings.TrimLeft(tail[end:], shell.Blanks)
		if at >= 0 {
			break
		}
	}
	return args, rest
}

// afterWord returns s from its first blank.
func afterWord(s string) string {
	if i := strings.IndexAny(s, shell.Blanks); i >= 0 {
		return s[i:]
	}
	return ""
}

// nextShell returns the offset in s of the first word, except for the one at 0, that
// starts the command line of a shell; -1 if there is none.
func nextShell(s string) int {
	for i := 1; i < len(s); i++ {
		if s[i-1] != ' ' {
			continue
		}
		if _, _, ok := shell.CutInvocation(s[i:]); ok {
			return i
		}
	}
	return -1
}
