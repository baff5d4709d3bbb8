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
	// aliases are the codes of other scanners for the same defect, so that files
	// of exceptions written for them keep working.
	aliases []string
	// detail says what the danger is, remediation how to mend it, each in one or
	// two sentences.
	detail      string
	remediation string
	references  []string
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
	// evidence is what was seen, secrets redacted.
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
func (c *check) controls() []string {
	list := []string{seaworthy.Misconfiguration.Control()}
	for _, item := range c.cis {
		list = append(list, "CIS Docker "+item)
	}
	return list
}
