package misconfig

import "slices"

// fileSystemInterests are the interests of the checks on what the layers hold.
func fileSystemInterests() []interest {
	return slices.Concat(
		setuidInterests(), startupInterests(), sudoInterests(), sshInterests(), linkerInterests(), nodeInterests(), leftoverInterests(),
		credentialFileInterests(), packageCacheInterests(),
	)
}

// fileSystemChecks judge what the layers hold, apart from the accounts.
func fileSystemChecks() []check {
	return slices.Concat(
		setuidChecks(), searchPathChecks(), startupChecks(), sudoChecks(), sshChecks(), linkerChecks(), nodeChecks(), leftoverChecks(),
		credentialFileChecks(), packageCacheChecks(),
	)
}
