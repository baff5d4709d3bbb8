// Package buildcheck has the checks of the build and of the configuration of an image: the
// steps of the history and the commands in them, the sources of packages and downloads,
// environment variables, ports, volumes and labels.
//
// If the files of a layer say more than the text of the history, a check uses the files.
// [check.Check] explains how to add a check.
package buildcheck

import (
	"slices"

	"seaworthy.dev/seaworthy/internal/misconfig/check"
)

// Checks returns the checks of this package.
func Checks() []check.Check {
	return slices.Concat(environmentChecks(), configurationChecks(), originChecks(), buildChecks(), fetchChecks(), repositoryChecks())
}

// Interests returns the files that the checks of this package need.
func Interests() []check.Interest {
	return slices.Concat(buildInterests(), repositoryInterests())
}
