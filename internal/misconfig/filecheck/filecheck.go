// Package filecheck holds the checks of what the layers of an image hold: accounts and the
// user of the container, setuid programs and capabilities, what starts by itself, sudo,
// SSH, the dynamic linker, and what the build left behind.
//
// A check finds its files by an interest and checks them as a container sees them, by
// path, mode, owner and content. How to add one says [check.Check].
package filecheck

import (
	"slices"

	"seaworthy.dev/seaworthy/internal/misconfig/check"
)

// Checks returns the checks of this package.
func Checks() []check.Check {
	return slices.Concat(
		userChecks(), accountChecks(), softwareChecks(), setuidChecks(), searchPathChecks(), startupChecks(), sudoChecks(), sshChecks(),
		linkerChecks(), nodeChecks(), leftoverChecks(), credentialFileChecks(), packageCacheChecks(),
	)
}

// Interests returns what the checks want to know of the files of layers.
func Interests() []check.Interest {
	return slices.Concat(
		accountInterests(), softwareInterests(), setuidInterests(), startupInterests(), sudoInterests(), sshInterests(), linkerInterests(),
		nodeInterests(), leftoverInterests(), credentialFileInterests(), packageCacheInterests(),
	)
}
