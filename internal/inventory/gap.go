package inventory

import (
	"cmp"
	"fmt"

	"seaworthy.dev/seaworthy"
)

// Gap is a part of an image whose packages are not known, or cannot be matched
// against advisories.
type Gap struct {
	// Subject is the part: a file, a layer, "distribution", "3 packages of type deb".
	Subject string
	State   seaworthy.State
	Code    seaworthy.CoverageCode
	Reason  string
}

// Gap returns the gap that a live file leaves, if it was not read whole. The
// subject names the file.
func (f *Found) Gap(subject string) (g Gap, ok bool) {
	if f.Unread == "" {
		return Gap{}, false
	}
	g = Gap{Subject: subject, State: seaworthy.Failed, Code: f.UnreadCode, Reason: fmt.Sprintf("As %s: %s", f.Format, f.Unread)}
	if len(f.Packages) > 0 || f.Role == Supplement {
		g.State = seaworthy.Partial
	}
	if f.Role == Database {
		g.Code = seaworthy.CodePackageDatabaseUnreadable
	}
	return g, true
}

// Gap returns the gap that a layer leaves, if it names more packages than are kept.
// The subject names the layer.
func (l *Layer) Gap(subject string) (g Gap, ok bool) {
	if l.Beyond == 0 {
		return Gap{}, false
	}
	return Gap{
		Subject: subject, State: seaworthy.Partial, Code: seaworthy.CodeLimitExceeded,
		Reason: fmt.Sprintf("It has more packages than fit into memory; the packages of %d files are not known.", l.Beyond),
	}, true
}

// DistributionGaps returns the gaps that an image leaves whose distribution, or whose
// package database, is not known. The release may be nil. Counts has the number of
// packages in the databases of package managers by type.
func DistributionGaps(fs FileSystem, r *Release, counts map[string]int) []Gap {
	total := 0
	for _, n := range counts {
		total += n
	}
	one := func(code seaworthy.CoverageCode, reason string) []Gap {
		return []Gap{{Subject: "distribution", State: seaworthy.NotChecked, Code: code, Reason: reason}}
	}
	switch {
	case r == nil && total > 0:
		return one(seaworthy.CodeUnknownDistribution, fmt.Sprintf("The image has no os-release, so the advisories for its %d packages are not known.", total))
	case r == nil && hasOperatingSystem(fs):
		return one(seaworthy.CodeNoPackageData, "The image has the directories of an operating system, but neither an os-release nor a package database.")
	case r == nil:
		return nil
	case total == 0:
		return one(seaworthy.CodeNoPackageData, fmt.Sprintf("The distribution is %s, but its package database is missing or empty.", cmp.Or(r.PrettyName, r.ID)))
	}
	var gaps []Gap
	for kind, n := range counts {
		if _, reason := r.Ecosystem(kind); reason != "" {
			packages := "packages"
			if n == 1 {
				packages = "package"
			}
			gaps = append(gaps, Gap{
				Subject: fmt.Sprintf("%d %s of type %s", n, packages, kind), State: seaworthy.NotChecked,
				Code: seaworthy.CodeNoAdvisorySource, Reason: reason,
			})
		}
	}
	return gaps
}
