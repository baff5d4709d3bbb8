// Package check has the types of which checks for misconfigurations consist. A [Check] has a
// function that gets an [Image] and returns a [Violation] for each place with the defect.
// An [Interest] says which files a check needs.
//
// [NewImage] makes an Image from a [seaworthy.Merged] and the [Facts] that the pass
// collected in each layer. It parses what several checks need: accounts and the user of
// the container, sudoers and sshd_config with their includes, the history and the commands
// in it. Lists whose length the author of the image chooses are cut at limits; then
// Image.TooLong and Image.Partial say so.
package check

import (
	"fmt"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
)

// Check checks an image for one kind of defect.
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
	// ID is a short name, such as "setuid-added". It never changes, because users write it
	// into exceptions.
	ID       string
	Title    string
	Severity seaworthy.Severity
	// CIS are items of the CIS Docker Benchmark, chapter 4: "4.1".
	CIS []string
	// Dockle are the checkpoints of Dockle for the same defect: "CIS-DI-0001".
	Dockle []string
	// Aliases are the codes of other scanners for the same defect, such as Trivy. Ignore
	// files that were written for these scanners, or for Dockle, apply to this check.
	Aliases []string
	// Detail explains the danger in one or two sentences.
	Detail string
	// Remedy says how to fix the defect.
	Remedy     *seaworthy.Remedy
	References []string
	// Subject is the subject of all findings of the check. If it is the zero value, the
	// subject of a finding is the file or instruction of its first location.
	Subject seaworthy.Subject
	// Grouped is true if all violations of the same severity and title are one finding: a
	// list that is reviewed as a whole.
	Grouped bool
	// Find returns the violations in an image. Its work must be limited by the size of the
	// facts.
	Find func(*Image) []Violation
}

// Violation is one place where an image violates a check.
type Violation struct {
	// Severity and Title replace those of the check, if they are set. Detail is added to
	// that of the check.
	Severity seaworthy.Severity
	Title    string
	Detail   string
	// Steps are added to the remedy of the check.
	Steps []seaworthy.RemedyStep
	// Subject replaces that of the check, if it is set.
	Subject seaworthy.Subject
	// Evidence is the text that was found, with secrets redacted.
	Evidence  string
	Locations []seaworthy.Location
}

// Controls returns the items of public standards that the check implements.
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

// Codes returns the codes of all other scanners for the defect.
func (c *Check) Codes() []string { return slices.Concat(c.Dockle, c.Aliases) }

// ConfigurationField returns a field of the image configuration as a subject.
func ConfigurationField(name string) seaworthy.Subject {
	return seaworthy.Subject{Kind: seaworthy.SubjectConfiguration, Name: name}
}

// VariableSubject returns an environment variable or build argument as a subject.
func VariableSubject(name string) seaworthy.Subject {
	return seaworthy.Subject{Kind: seaworthy.SubjectVariable, Name: Shown(name)}
}

// Remedy returns a Remedy. The summary is a sentence that starts with a verb.
func Remedy(summary string, steps ...seaworthy.RemedyStep) *seaworthy.Remedy {
	return &seaworthy.Remedy{Summary: summary, Steps: steps}
}

// Group joins the violations of the same severity and title to one. The order is that of
// the first violation of each group.
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

// The limits on what a check reports. An image can have any number of defects, but no
// user reads a longer list.
const (
	MaxFindings  = 500 // of one check
	MaxLocations = 100 // of one finding
)
