// Package buildcheck holds the checks of how an image was built and of the
// configuration that it gives to the runtime: the steps of the history and the commands in them,
// where packages and downloads came from, environment variables, ports, volumes and
// labels.
//
// Where the content of a layer says more than the text of the history, a check goes by
// the content. How to add a check says [check.Check].
package buildcheck

import (
	"slices"

	"seaworthy.dev/seaworthy/internal/misconfig/check"
)

// Checks returns the checks of this package.
func Checks() []check.Check {
	return slices.Concat(environmentChecks(), configurationChecks(), originChecks(), buildChecks(), fetchChecks(), repositoryChecks())
}

// Interests returns what the checks want to know of the files of layers.
func Interests() []check.Interest {
	return slices.Concat(buildInterests(), repositoryInterests())
}
