package inventory

import (
	"cmp"
	"fmt"

	"seaworthy.dev/seaworthy"
)

// Gap is a part of an image whose packages are not known or cannot be matched against
// advisories.
type Gap struct {
	// Subject names the part: a file, a layer, "distribution", "3 packages of type deb".
	Subject string
	State   seaworthy.State
	Code    seaworthy.CoverageCode
	Reason  string
}

// Gap returns the gap for a live file that was not read completely. It returns false for a
// file that was. The subject names the file.
func (f *PackageFile) Gap(subject string) (g Gap, ok bool) {
	if f.ReadError == "" {
		return Gap{}, false
	}
	g = Gap{Subject: subject, State: seaworthy.Failed, Code: f.ReadErrorCode, Reason: fmt.Sprintf("As %s: %s", f.Format, f.ReadError)}
	if len(f.Packages) > 0 || f.Role == Supplement || f.Role == Log {
		g.State = seaworthy.Partial
	}
	if f.Role == Database {
		g.Code = seaworthy.CodePackageDatabaseUnreadable
	}
	return g, true
}

// Gap returns the gap for a layer with more packages than the limit. It returns false for
// other layers. The subject names the layer.
func (l *Layer) Gap(subject string) (g Gap, ok bool) {
	if l.OverLimit == 0 {
		return Gap{}, false
	}
	return Gap{
		Subject: subject, State: seaworthy.Partial, Code: seaworthy.CodeLimitExceeded,
		Reason: fmt.Sprintf("The packages of this layer exceed the limit; those of %d files are not known.", l.OverLimit),
	}, true
}

// DistributionGaps returns the gaps for an image without a known distribution, package
// database or advisory source. The release is nil if the image has none. Counts has the
// number of packages in package databases by type.
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
		return one(seaworthy.CodeUnknownDistribution, fmt.Sprintf("The image has no os-release file, so it is not known which advisories apply to its %d packages.", total))
	case r == nil && hasOperatingSystem(fs):
		return one(seaworthy.CodeNoPackageData, "The image has the directories of an operating system, but neither an os-release file nor a package database.")
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
