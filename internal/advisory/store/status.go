package store

// The states of a vulnerability in a package. All but the first two come from
// distributions and are in their words.
const (
	StatusFixed    = "fixed"
	StatusAffected = "affected"

	StatusEndOfLife  = "end-of-life"  // the release, or the package in it, is no longer supported
	StatusWillNotFix = "will-not-fix" // Red Hat
	StatusDeferred   = "fix-deferred" // Red Hat, Ubuntu
	StatusOutOfScope = "out-of-support-scope"
	// StatusInvestigated is a vulnerability of which it is not known yet whether it affects
	// the package: Red Hat's under investigation, Ubuntu's needs-triage, Debian's
	// undetermined.
	StatusInvestigated = "under-investigation"
	StatusNoDSA        = "no-dsa"    // Debian: too small for an advisory of its own
	StatusPostponed    = "postponed" // Debian: will come with a later advisory
	StatusIgnored      = "ignored"   // Debian, Ubuntu: will stay as it is in this release

	// StatusNotAffected is a vulnerability that is not in the package, whatever its version.
	StatusNotAffected = "not-affected"
)
