package instruction

import (
	"slices"
	"strings"
	"time"

	"seaworthy.dev/seaworthy/internal/shell"
)

// Instruction is one build step in Dockerfile form.
type Instruction struct {
	// Keyword is the upper-case name of the instruction: RUN, COPY, ENV. It is
	// empty for a step that is none of Dockerfile's, as builders without a
	// Dockerfile record them.
	Keyword string
	// Flags are the --name=value options before the arguments, names without
	// dashes. What a builder does not record, as BuildKit does not record the
	// --mount of RUN and the --checksum of ADD, is not here.
	Flags []KeyValue
	// Args is the text after the keyword and its flags, without the shell that
	// RUN was run by. Without a keyword it is all that was recorded.
	Args string
	// Shell is the command line of the shell that ran Args, such as /bin/sh -c;
	// nil for exec form and where it was not recorded.
	Shell []string
	// BuildArgs are the build arguments that RUN saw, with their values.
	BuildArgs []KeyValue
	// Created is when the step was made; nil if the history does not say.
	Created *time.Time
	// Comment is the comment of the history entry.
	Comment string
	// Raw is the text from which all this was read, unchanged.
	Raw string
	// Layer is the index of the layer that the step made; -1 if it made none or
	// it is not known which.
	Layer int
	// History is the index of the entry in the history; -1 if the instruction
	// comes from elsewhere.
	History int
	// Empty is true if the step made no layer.
	Empty bool
	// Unread is true if the history up to this step is longer than maxHistory. Then Commands
	// returns none, and Redacted only the keyword.
	Unread bool
	// BuildKit is true if BuildKit's Dockerfile frontend recorded the step.
	BuildKit bool
}

// KeyValue is a name with its value.
type KeyValue = shell.KeyValue

// keywords are the keywords of the Dockerfile reference.
var keywords = [...]string{
	"ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL",
	"MAINTAINER", "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
}

// Parse reads one instruction in Dockerfile form. The keyword may be in any
// case, and lines may be continued with a backslash. Text that starts with no
// keyword of the Dockerfile reference gives an Instruction without keyword.
func Parse(text string) Instruction {
	in := Instruction{Raw: text, Layer: -1, History: -1}
	word, rest := shell.CutWord(text)
	keyword := strings.ToUpper(word)
	if !slices.Contains(keywords[:], keyword) {
		in.Args = strings.TrimSpace(text)
		return in
	}
	in.Keyword = keyword
	if !strings.Contains(rest, "<<") { // in a here-document a backslash is the shell's
		rest = joinLines(rest)
	}
	in.setArgs(rest)
	return in
}

// InExecForm returns an instruction in exec form, such as CMD or ENTRYPOINT, as Parse
// does.
func InExecForm(keyword string, argv []string) Instruction {
	return Parse(keyword + " " + formatExecForm(argv))
}

// setArgs splits the flags from the text after the keyword.
func (in *Instruction) setArgs(text string) {
	text = strings.TrimSpace(text)
	switch in.Keyword {
	case "ADD", "COPY", "FROM", "HEALTHCHECK", "RUN":
		for strings.HasPrefix(text, "--") {
			var flag string
			flag, text = shell.CutWord(text)
			name, value, _ := strings.Cut(flag[2:], "=")
			in.Flags = append(in.Flags, KeyValue{Key: name, Value: value})
		}
	}
	in.Args = text
}

// String returns the instruction in Dockerfile form: "RUN apt-get update". Build
// arguments and the shell are not shown. The result may have several lines and any bytes.
func (in Instruction) String() string {
	if in.Keyword == "" {
		return in.Args
	}
	var b strings.Builder
	b.WriteString(in.Keyword)
	for _, f := range in.Flags {
		b.WriteString(" --" + f.Key)
		if f.Value != "" {
			b.WriteString("=" + f.Value)
		}
	}
	if in.Args != "" {
		b.WriteString(" " + in.Args)
	}
	return b.String()
}

// Flag returns the value of a flag. ok is false if the instruction does not have the
// flag, or if its builder does not record it.
func (in Instruction) Flag(name string) (value string, ok bool) {
	for _, f := range in.Flags {
		if f.Key == name {
			return f.Value, true
		}
	}
	return "", false
}

// Trigger returns the instruction of an ONBUILD. It has the location of the ONBUILD. ok
// is false for any other instruction.
func (in Instruction) Trigger() (trigger Instruction, ok bool) {
	if in.Keyword != "ONBUILD" {
		return Instruction{}, false
	}
	trigger = Parse(in.Args)
	trigger.Layer, trigger.History = in.Layer, in.History
	trigger.Created, trigger.Comment = in.Created, in.Comment
	trigger.Empty, trigger.BuildKit = in.Empty, in.BuildKit
	return trigger, true
}

// Exec returns the words of an instruction in exec form, such as CMD ["nginx", "-g",
// "daemon off;"]. ok is false for the shell form, and for instructions without an exec
// form.
func (in Instruction) Exec() (argv []string, ok bool) {
	switch in.Keyword {
	case "RUN", "CMD", "ENTRYPOINT", "SHELL", "VOLUME", "ADD", "COPY":
		return ParseExecForm(in.Args)
	case "HEALTHCHECK":
		word, rest := shell.CutWord(in.Args)
		if strings.EqualFold(word, "CMD") {
			return ParseExecForm(rest)
		}
	}
	return nil, false
}

// joinLines removes the backslashes that continue lines, and the comment lines
// and empty lines in between, as the Dockerfile reference describes.
func joinLines(s string) string {
	if !strings.Contains(s, "\n") {
		return s
	}
	var b strings.Builder
	continued := false
	for line := range strings.Lines(s) {
		if continued {
			if t := strings.TrimSpace(line); t == "" || t[0] == '#' {
				continue
			}
		}
		body := strings.TrimRight(line, shell.Blanks)
		if continued = strings.HasSuffix(body, `\`); continued {
			b.WriteString(body[:len(body)-1])
		} else {
			b.WriteString(line)
		}
	}
	return b.String()
}
