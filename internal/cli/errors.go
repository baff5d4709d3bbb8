package cli

import (
	"errors"
	"fmt"
	"strings"

	"seaworthy.dev/seaworthy/internal/advisory/store"
	"seaworthy.dev/seaworthy/internal/extract"
	"seaworthy.dev/seaworthy/internal/image"
	"seaworthy.dev/seaworthy/scanner"
)

// inFlags puts the flags of this program in place of the scanner's options that an
// error names.
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

// optionFlag gives the flag that sets an option of the scanner, "" if none does.
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

// hintedError is an error with what the user can do about it.
type hintedError struct{ message, hint string }

// Error implements [error].
func (e *hintedError) Error() string { return e.message }

// Hint is a sentence without a full stop.
func (e *hintedError) Hint() string { return e.hint }

// hintOf returns what the user can do about an error, with the flags for it; "" if
// nothing is known.
func hintOf(err error) string {
	var (
		extraction *extract.Error
		untrusted  *image.UntrustedError
		newer      *store.NewerError
		full       *store.FullError
		none       *store.NoDataError
		hinted     interface{ Hint() string }
	)
	switch {
	case errors.As(err, &extraction):
		return extractionHint(extraction)
	case errors.As(err, &untrusted) && untrusted.NoTLS:
		return "if it is meant to be asked over plain HTTP: --insecure-registry " + untrusted.Registry
	case errors.As(err, &untrusted):
		return "give a CA file with the certificate of its authority (--ca-file), or allow it without: --insecure-registry " + untrusted.Registry
	case errors.As(err, &newer):
		return newer.Hint() + " (--db-dir)"
	case errors.As(err, &full):
		return full.Hint() + " (--db-dir)"
	case errors.As(err, &none):
		return fmt.Sprintf("run seaworthy db update --ecosystem %q", none.Name)
	case errors.As(err, &hinted):
		return hinted.Hint()
	}
	return ""
}

func extractionHint(e *extract.Error) string {
	switch e.Problem {
	case extract.TooLarge:
		return "allow more with --max-size, or name a path further down"
	case extract.TooMany:
		return "allow more with --max-files, or name a path further down"
	case extract.TargetIsDirectory:
		return "name another directory with --output"
	case extract.TargetExists:
		return "replace it with --force, or name another directory with --output"
	case extract.NotFound:
		if n := len(e.Layers); n > 0 {
			text := fmt.Sprintf("--layer %d extracts it", e.Layers[n-1])
			if n > 1 {
				text += ", --all-versions every version"
			}
			return text
		}
	}
	return "seaworthy ls lists what there is, with --buried what no container sees"
}

// flagError is an error in the words of the command line.
type flagError struct {
	text string
	err  error
}

func (e *flagError) Error() string { return e.text }
func (e *flagError) Unwrap() error { return e.err }
