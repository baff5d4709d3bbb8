package shell

import (
	"path"
	"strings"
)

// maxShellWords is the maximum number of words of a shell's command line.
const maxShellWords = 24

// Language is the language of a shell.
type Language int

// The languages. A program that is not a shell has the language Unknown.
const (
	Unknown Language = iota
	POSIX
	PowerShell
	Batch // the language of cmd.exe
)

// LanguageOf returns the language of the shell with a name or path.
func LanguageOf(name string) Language {
	switch ProgramName(name) {
	case "sh", "bash", "ash", "dash", "ksh", "mksh", "zsh":
		return POSIX
	case "powershell", "pwsh":
		return PowerShell
	case "cmd":
		return Batch
	}
	return Unknown
}

// ProgramName returns the last element of a path, without .exe.
func ProgramName(word string) string {
	if i := strings.LastIndexByte(word, '\\'); i >= 0 && strings.HasSuffix(strings.ToLower(word), ".exe") {
		word = word[i+1:]
	}
	if strings.HasSuffix(word, "/") {
		return word
	}
	name := path.Base(word)
	if word == "" {
		name = ""
	}
	if n := len(name) - len(".exe"); n > 0 && strings.EqualFold(name[n:], ".exe") {
		name = strings.ToLower(name[:n])
	}
	return name
}

// CutInvocation splits the invocation of a shell from the script that it runs:
// "/bin/bash -o pipefail -c" from "make". The words are separated by Blanks. It returns
// false if s does not start with such an invocation.
func CutInvocation(s string) (shell []string, script string, ok bool) {
	word, rest := CutWord(s)
	switch ProgramName(word) {
	case "env", "busybox":
		shell = append(shell, word)
		word, rest = CutWord(rest)
	}
	lang := LanguageOf(word)
	if lang == Unknown {
		return nil, "", false
	}
	shell = append(shell, word)
	skip := 0 // number of words that belong to the previous option
	script = rest
	for range maxShellWords {
		word, rest = CutWord(script)
		if word == "" {
			return nil, "", false
		}
		switch {
		case skip > 0:
			skip--
		case ok:
			return shell, script, true
		default:
			var valid bool
			if skip, ok, valid = shellOption(lang, word); !valid {
				return nil, "", false
			}
		}
		shell, script = append(shell, word), rest
		if ok && skip == 0 {
			return shell, script, true
		}
	}
	return nil, "", false
}

// shellOption parses an option of a shell. It returns the number of following words that
// belong to the option, and whether a script follows.
func shellOption(lang Language, word string) (skip int, script, valid bool) {
	switch lang {
	case POSIX:
		if strings.HasPrefix(word, "--") {
			return 0, false, len(word) > 2
		}
		if len(word) < 2 || word[0] != '-' && word[0] != '+' {
			return 0, false, false
		}
		if strings.ContainsAny(word[1:], "oO") {
			skip = 1
		}
		return skip, word[0] == '-' && strings.Contains(word, "c"), true
	case PowerShell:
		switch strings.ToLower(word) {
		case "-command", "-c":
			return 0, true, true
		case "-executionpolicy", "-ep", "-ex", "-version", "-windowstyle", "-inputformat", "-outputformat":
			return 1, false, true
		}
		return 0, false, strings.HasPrefix(word, "-")
	default:
		if len(word) < 2 || word[0] != '/' {
			return 0, false, false
		}
		return 0, strings.EqualFold(word, "/c") || strings.EqualFold(word, "/k"), true
	}
}
