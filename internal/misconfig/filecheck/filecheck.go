// Package filecheck has the checks of the files in an image: accounts and the user of the
// container, setuid programs and capabilities, programs that start automatically, sudo,
// SSH, the dynamic linker, and files that the build left behind.
//
// The file of a subject has three parts: a list of [check.Interest], which says which files
// the checks need; a list of [check.Check]; and the functions Find of the checks, which
// check path, mode, owner and content. [check.Check] explains how to add a check.
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

// Interests returns the files that the checks of this package need.
func Interests() []check.Interest {
	return slices.Concat(
		accountInterests(), softwareInterests(), setuidInterests(), startupInterests(), sudoInterests(), sshInterests(), linkerInterests(),
		nodeInterests(), leftoverInterests(), credentialFileInterests(), packageCacheInterests(),
	)
}
