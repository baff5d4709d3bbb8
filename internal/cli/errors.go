package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"seaworthy.dev/seaworthy/internal/advisory/store"
	"seaworthy.dev/seaworthy/internal/extract"
	"seaworthy.dev/seaworthy/internal/image"
	"seaworthy.dev/seaworthy/internal/nearest"
	"seaworthy.dev/seaworthy/scanner"
)

// inFlags replaces the scanner option that an error names by the flag that sets it.
func inFlags(err error) error {
	var o *scanner.OptionError
	if !errors.As(err, &o) {
		return err
	}
	flag := optionFlag(o.Option)
	if flag == "" {
		return err
	}
	return &flagError{strings.Replace(err.Error(), o.Error(), flag+": "+o.Err.Error(), 1), err}
}

// optionFlag returns the flag that sets an option of the scanner, or "" if there is none.
func optionFlag(option string) string {
	switch option {
	case "Base":
		return "--base"
	case "Policy.FailOn":
		return "--fail-on"
	case "Policy.SecretBaseline":
		return "--secret-baseline"
	case "Secrets.Rules":
		return "--secret-rules"
	case "VEX.Files":
		return "--vex"
	}
	return ""
}

// hintedError is an error with a hint: what the user can do about it.
type hintedError struct{ message, hint string }

// Error implements [error].
func (e *hintedError) Error() string { return e.message }

// Hint returns a sentence without a full stop.
func (e *hintedError) Hint() string { return e.hint }

// hintOf returns what the user can do about an error, with the flags for it. It returns
// "" if there is no hint.
func hintOf(err error) string {
	var (
		extraction *extract.Error
		untrusted  *image.UntrustedError
		newer      *store.NewerError
		full       *store.FullError
		none       *store.NoDataError
		file       *fs.PathError
		hinted     interface{ Hint() string }
	)
	switch {
	case errors.As(err, &extraction):
		return extractionHint(extraction)
	case errors.As(err, &untrusted) && untrusted.NoTLS:
		return "if the registry has no TLS, allow plain HTTP with --insecure-registry " + untrusted.Registry
	case errors.As(err, &untrusted):
		return "pass its CA file with --ca-file, or skip the verification with --insecure-registry " + untrusted.Registry
	case errors.As(err, &newer):
		return newer.Hint() + " (--db-dir)"
	case errors.As(err, &full):
		return full.Hint() + " (--db-dir)"
	case errors.As(err, &none):
		return fmt.Sprintf("run seaworthy db update --ecosystem %q", none.Name)
	case errors.As(err, &hinted):
		return hinted.Hint()
	case errors.As(err, &file):
		return fileHint(file)
	}
	return ""
}

// fileHint returns what the user can do about a file that cannot be opened.
func fileHint(e *fs.PathError) string {
	if e.Op != "open" {
		return ""
	}
	dir, base := filepath.Split(e.Path)
	switch {
	case errors.Is(e, fs.ErrPermission):
		return "check the permissions of " + e.Path + " and of the directories above it"
	case !errors.Is(e, fs.ErrNotExist):
		return ""
	}
	entries, err := os.ReadDir(filepath.Join(dir, "."))
	if errors.Is(err, fs.ErrNotExist) {
		return "the directory " + filepath.Clean(dir) + " does not exist either: check the path"
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	if name := nearest.Word(base, names); name != "" {
		return "did you mean " + filepath.Join(dir, name) + "?"
	}
	if filepath.IsAbs(e.Path) {
		return "check the path"
	}
	return "check the path, which is relative to the current directory"
}

func extractionHint(e *extract.Error) string {
	switch e.Problem {
	case extract.TooLarge:
		return "raise the limit with --max-size, or extract a subdirectory"
	case extract.TooMany:
		return "raise the limit with --max-files, or extract a subdirectory"
	case extract.TargetIsDirectory:
		return "choose another directory with --output"
	case extract.TargetExists:
		return "replace it with --force, or choose another directory with --output"
	case extract.NotFound:
		if n := len(e.Layers); n > 0 {
			text := fmt.Sprintf("extract it with --layer %d", e.Layers[n-1])
			if n > 1 {
				text += ", or every version with --all-versions"
			}
			return text
		}
	}
	return "list the files with seaworthy ls, and files that later layers deleted or replaced with seaworthy ls --buried"
}

// flagError is an error that names a flag instead of an option of the scanner.
type flagError struct {
	text string
	err  error
}

func (e *flagError) Error() string { return e.text }
func (e *flagError) Unwrap() error { return e.err }
