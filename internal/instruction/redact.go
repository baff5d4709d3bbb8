package instruction

import (
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/credential"
	"seaworthy.dev/seaworthy/internal/credential/redact"
	"seaworthy.dev/seaworthy/internal/credential/secretname"
	"seaworthy.dev/seaworthy/internal/shell"
)

// Redacted returns [Instruction.String] with [seaworthy.RedactionMark] in place of what is
// or may be a credential, as [redact.Redactor.Text] finds it, and of the values of
// variables and labels that are named like credentials. A nil Redactor has the built-in
// rules only.
func (in Instruction) Redacted(r *redact.Redactor) string {
	if in.Unread {
		return strings.TrimSpace(in.Keyword + " …")
	}
	text := in.String()
	if n := len(in.BuildArgs); n > 0 && in.Shell == nil && in.BuildArgs[n-1].Value != "" && secretname.MaybeSecret(in.BuildArgs[n-1].Key) {
		// Where the value ends and the command begins is not known.
		return in.Keyword + " " + seaworthy.RedactionMark
	}
	argv, exec := in.Exec()
	commands, _ := in.Commands()
	args := len(text) - len(in.Args)
	t := redact.Text{
		Body: text, Script: args, Literal: exec, Heredoc: strings.HasPrefix(in.Args, "<<"),
		Known: credentialValues(text, args, in.Keyword), Commands: commands,
	}
	if in.Keyword == "" {
		t.Script = 0
	}
	for _, f := range in.Flags {
		if secretname.MaybeSecret(f.Key) {
			t.Script = 0 // not an option of Dockerfile's
		}
	}
	t.Excerpts = []string{in.Args} // without the keyword, for rules about the start of a text
	if exec {
		t.Excerpts = append(t.Excerpts, strings.Join(argv, " "))
	}
	return r.Text(t)
}

// credentialValues finds the values of credentials in an ENV, ARG or LABEL, also
// behind ONBUILD, whose arguments start at i. A history has the values without their
// quotes, so that a value ends only where both readings have its end; where one had
// blanks without quotes, the rest of the text belongs to it.
func credentialValues(text string, i int, keyword string) (list []credential.Span) {
	for keyword == "ONBUILD" {
		word, rest := shell.CutWord(text[i:])
		if word == "" {
			return nil
		}
		keyword, i = strings.ToUpper(word), len(text)-len(rest)
	}
	if keyword != "ENV" && keyword != "ARG" && keyword != "LABEL" {
		return nil
	}
	if first, rest := shell.CutWord(text[i:]); keyword != "ARG" && !strings.Contains(first, "=") && secretname.MaybeSecret(first) {
		return []credential.Span{{From: len(text) - len(rest), To: len(text)}} // the older form, NAME value
	}
	for i < len(text) {
		name, tail, ok := shell.CutAssignment(text[i:], isLabelByte)
		if !ok || !secretname.MaybeSecret(name) {
			i += nextName(text[i:], isLabelByte)
			continue
		}
		start := len(text) - len(tail)
		word, _ := cutQuoted(tail)
		end := max(len(word), nextName(tail, isLabelByte))
		value := strings.TrimRight(tail[:end], shell.Blanks)
		if !isQuoted(value) && strings.ContainsAny(value, shell.Blanks) {
			return append(list, credential.Span{From: start, To: len(text)})
		}
		list = append(list, credential.Span{From: start, To: start + len(value)})
		i = start + end
		i += len(text[i:]) - len(strings.TrimLeft(text[i:], shell.Blanks))
	}
	return list
}
