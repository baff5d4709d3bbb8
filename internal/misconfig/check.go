package misconfig

import (
	"cmp"
	"slices"

	"seaworthy.dev/seaworthy"
)

// check is one thing that can be wrong with the configuration of an image.
//
// To add a check:
//
//  1. Write it in the file of its subject, in the list that the file gives to
//     catalogue below; a new file's list is added there.
//  2. If it looks at files, name them as an interest, in the same file, in the
//     list that is added to interests. The check then finds them with
//     subject.noted, and their content with subject.texts or subject.read.
//  3. Add an example to the test file beside it: at least one image that must
//     trigger the check and one that must not. A test fails without.
//  4. Run go generate, which brings docs/checks.md up to date.
type check struct {
	// id is a slug that explains itself; users write it into exceptions, so it
	// never changes.
	id       string
	title    string
	severity seaworthy.Severity
	// cis are items of the CIS Docker Benchmark, chapter 4: "4.1".
	cis []string
	// dockle are the checkpoints of Dockle for the same defect: "CIS-DI-0001".
	dockle []string
	// aliases are the codes of further scanners for the same defect. Ignore files
	// that were written for them, or for Dockle, keep working.
	aliases []string
	// detail says what the danger is, in one or two sentences.
	detail string
	// remedy is how to fix it.
	remedy     *seaworthy.Remedy
	references []string
	// subject is what all findings of the check are about; where it is the zero
	// value, a finding is about the file or instruction of its first location.
	subject seaworthy.Subject
	// together makes one finding of all violations of the same severity, for
	// checks of which a reviewer wants the list rather than each item.
	together bool
	// judge lists the violations. It is given a subject with everything
	// resolved, and bounds its own work by the size of the facts.
	judge func(*subject) []violation
}

// violation is one place where an image violates a check.
type violation struct {
	// severity and title replace those of the check, where they are set; detail
	// is added to the check's.
	severity seaworthy.Severity
	title    string
	detail   string
	// steps are added to the remedy of the check.
	steps []seaworthy.RemedyStep
	// subject replaces that of the check, where it is set.
	subject seaworthy.Subject
	// evidence is what was found, secrets redacted.
	evidence  string
	locations []seaworthy.Location
}

// catalogue lists all checks, sorted by id.
func catalogue() []check {
	all := slices.Concat(
		userChecks(),
		accountChecks(),
		environmentChecks(),
		configurationChecks(),
		originChecks(),
		buildChecks(),
		fetchChecks(),
		repositoryChecks(),
		softwareChecks(),
		fileSystemChecks(),
	)
	slices.SortFunc(all, func(a, b check) int { return cmp.Compare(a.id, b.id) })
	return all
}

// controls are the items of public standards that the check stands for.
func (c *check) controls() []seaworthy.Control {
	list := []seaworthy.Control{seaworthy.Misconfiguration.Control()}
	for _, item := range c.cis {
		list = append(list, seaworthy.Control{Standard: seaworthy.CISDocker, Item: item})
	}
	for _, code := range c.dockle {
		list = append(list, seaworthy.Control{Standard: seaworthy.Dockle, Item: code})
	}
	return list
}

// codes are those of all other scanners.
func (c *check) codes() []string { return slices.Concat(c.dockle, c.aliases) }

// configurationField is a field of the image configuration as a subject.
func configurationField(name string) seaworthy.Subject {
	return seaworthy.Subject{Kind: seaworthy.SubjectConfiguration, Name: name}
}

// variable is an environment variable or build argument as a subject.
func variable(name string) seaworthy.Subject {
	return seaworthy.Subject{Kind: seaworthy.SubjectVariable, Name: shown(name)}
}

// remedy makes a Remedy of a sentence that starts with a verb, and steps.
func remedy(summary string, steps ...seaworthy.RemedyStep) *seaworthy.Remedy {
	return &seaworthy.Remedy{Summary: summary, Steps: steps}
}
