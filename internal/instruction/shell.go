package instruction

import (
	"path"
	"strings"
)

// maxShellWords bounds the options of a shell command line.
const maxShellWords = 24

// family is the language that a shell speaks.
type family int

const (
	noShell family = iota
	posix
	powershell
	cmd
)

// shellFamily tells what language the shell of the given name speaks.
func shellFamily(name string) family {
	switch programName(name) {
	case "sh", "bash", "ash", "dash", "ksh", "mksh", "zsh":
		return posix
	case "powershell", "pwsh":
		return powershell
	case "cmd":
		return cmd
	}
	return noShell
}

// programName is the last element of a path, without the .exe of Windows.
func programName(word string) string {
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

// splitShell splits a shell's command line, up to and with the option after
// which the script stands, from the script: "/bin/bash -o pipefail -c" from
// "make". Words of the command line are those between blanks.
func splitShell(s string) (shell []string, script string, ok bool) {
	word, rest := cutWord(s)
	switch programName(word) {
	case "env", "busybox":
		shell = append(shell, word)
		word, rest = cutWord(rest)
	}
	fam := shellFamily(word)
	if fam == noShell {
		return nil, "", false
	}
	shell = append(shell, word)
	skip := 0 // words that belong to the option before
	script = rest
	for range maxShellWords {
		word, rest = cutWord(script)
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
			if skip, ok, valid = shellOption(fam, word); !valid {
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

// shellOption reads one option of a shell: how many of the next words belong to
// it, and whether a script follows.
func shellOption(fam family, word string) (skip int, script, valid bool) {
	switch fam {
	case posix:
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
	case powershell:
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
