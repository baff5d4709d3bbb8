package cli

import (
	"errors"
	"fmt"
	"strings"

	"seaworthy.dev/seaworthy/internal/advisory/store"
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

// hintOf returns what the user can do about an error, with the flags for it.
func hintOf(err error) string {
	var h interface{ Hint() string }
	if !errors.As(err, &h) {
		return ""
	}
	hint := h.Hint()
	var newer *store.NewerError
	var full *store.FullError
	var none *store.NoDataError
	switch {
	case errors.As(err, &newer), errors.As(err, &full):
		return hint + " (--db-dir)"
	case errors.As(err, &none):
		return fmt.Sprintf("run seaworthy db update --ecosystem %q", none.Name)
	}
	return hint
}

// flagError is an error in the words of the command line.
type flagError struct {
	text string
	err  error
}

func (e *flagError) Error() string { return e.text }
func (e *flagError) Unwrap() error { return e.err }
