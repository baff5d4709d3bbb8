// Package check is what the checks of misconfig are made of: a [Check], the [Image] that it
// is given, the [Interest] by which it names the files that it needs, and the [Violation]
// that it finds.
//
// In goes an image as the merge gives it, with the [Facts] that the pass collected of its
// layers. [NewImage] resolves what all checks need: accounts and the user of the
// container, sudoers and sshd_config with their includes, the history and the commands
// in it. Lists whose length the author of the image chooses are cut at limits;
// Image.TooLong and Image.Partial say where.
package check

import (
	"fmt"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
)

// Check is one thing that can be wrong with the configuration of an image.
//
// To add a check:
//
//  1. Add it to the list in the file of its subject, in package filecheck or buildcheck.
//     For a new file, add its list to Checks of the package.
//  2. If it needs files, add an [Interest] to the list in the same file. For a new file,
//     add its list to Interests of the package. [Image.Entries] returns the files, and
//     [Image.Texts] or [Image.ReadText] their content.
//  3. Add an example to the list in the test file of the subject in misconfig: at least one
//     image that triggers the check and one that does not. For a new file, add its list to
//     fileSystemExamples or examples. A test fails if a check has no example.
//  4. Run go generate in misconfig, which writes docs/checks.md.
type Check struct {
	// ID is a slug that explains itself; users write it into exceptions, so it
	// never changes.
	ID       string
	Title    string
	Severity seaworthy.Severity
	// CIS are items of the CIS Docker Benchmark, chapter 4: "4.1".
	CIS []string
	// Dockle are the checkpoints of Dockle for the same defect: "CIS-DI-0001".
	Dockle []string
	// Aliases are the codes of further scanners for the same defect. Ignore files
	// that were written for them, or for Dockle, keep working.
	Aliases []string
	// Detail says what the danger is, in one or two sentences.
	Detail string
	// Remedy is how to fix it.
	Remedy     *seaworthy.Remedy
	References []string
	// Subject is what all findings of the check are about; where it is the zero
	// value, a finding is about the file or instruction of its first location.
	Subject seaworthy.Subject
	// Grouped makes one finding of all violations of the same severity and title, for
	// checks of which a reviewer wants the list rather than each item.
	Grouped bool
	// Find lists the violations. It limits its own work by the size of the facts.
	Find func(*Image) []Violation
}

// Violation is one place where an image violates a check.
type Violation struct {
	// Severity and Title replace those of the check, where they are set; Detail
	// is added to the check's.
	Severity seaworthy.Severity
	Title    string
	Detail   string
	// Steps are added to the remedy of the check.
	Steps []seaworthy.RemedyStep
	// Subject replaces that of the check, where it is set.
	Subject seaworthy.Subject
	// Evidence is what was found, secrets redacted.
	Evidence  string
	Locations []seaworthy.Location
}

// Controls are the items of public standards that the check stands for.
func (c *Check) Controls() []seaworthy.Control {
	list := []seaworthy.Control{seaworthy.Misconfiguration.Control()}
	for _, item := range c.CIS {
		list = append(list, seaworthy.Control{Standard: seaworthy.CISDocker, Item: item})
	}
	for _, code := range c.Dockle {
		list = append(list, seaworthy.Control{Standard: seaworthy.Dockle, Item: code})
	}
	return list
}

// Codes are those of all other scanners.
func (c *Check) Codes() []string { return slices.Concat(c.Dockle, c.Aliases) }

// ConfigurationField is a field of the image configuration as a subject.
func ConfigurationField(name string) seaworthy.Subject {
	return seaworthy.Subject{Kind: seaworthy.SubjectConfiguration, Name: name}
}

// VariableSubject is an environment variable or build argument as a subject.
func VariableSubject(name string) seaworthy.Subject {
	return seaworthy.Subject{Kind: seaworthy.SubjectVariable, Name: Shown(name)}
}

// Remedy makes a Remedy of a sentence that starts with a verb, and steps.
func Remedy(summary string, steps ...seaworthy.RemedyStep) *seaworthy.Remedy {
	return &seaworthy.Remedy{Summary: summary, Steps: steps}
}

// Group joins violations of the same severity and title into one, in the
// order of the first of each.
func Group(list []Violation) []Violation {
	type key struct {
		severity seaworthy.Severity
		title    string
	}
	var joined []Violation
	var evidence [][]string
	at := map[key]int{}
	for _, v := range list {
		k := key{v.Severity, v.Title}
		i, ok := at[k]
		if !ok {
			i = len(joined)
			at[k] = i
			joined, evidence = append(joined, v), append(evidence, nil)
		} else {
			joined[i].Locations = append(joined[i].Locations, v.Locations...)
			if joined[i].Subject != v.Subject {
				joined[i].Subject = seaworthy.Subject{}
			}
		}
		if v.Evidence != "" {
			evidence[i] = append(evidence[i], v.Evidence)
		}
	}
	for i, e := range evidence {
		if n := len(e); n > MaxLocations {
			e = append(e[:MaxLocations], fmt.Sprintf("and %d more", n-MaxLocations))
		}
		joined[i].Evidence = strings.Join(e, "\n")
	}
	return joined
}

// The limits on what one check reports. An image can hold any number of
// defects, but no report of more than this is read.
const (
	MaxFindings  = 500 // of one check
	MaxLocations = 100 // of one finding
)
