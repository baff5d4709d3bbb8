package misconfig

import (
	"cmp"
	"slices"

	"seaworthy.dev/seaworthy/internal/misconfig/buildcheck"
	"seaworthy.dev/seaworthy/internal/misconfig/check"
	"seaworthy.dev/seaworthy/internal/misconfig/filecheck"
)

// catalogue returns all checks, sorted by id.
func catalogue() []check.Check {
	all := slices.Concat(filecheck.Checks(), buildcheck.Checks())
	slices.SortFunc(all, func(a, b check.Check) int { return cmp.Compare(a.ID, b.ID) })
	return all
}

// interests returns the interests of all checks. Their names are unique.
func interests() []check.Interest {
	return slices.Concat(filecheck.Interests(), buildcheck.Interests())
}
