package store

// The values of [Affected].Status: what is known of a vulnerability in a package. Most of
// them are names that one or several distributions use.
const (
	StatusFixed    = "fixed"    // a version without the vulnerability exists
	StatusAffected = "affected" // no fixed version is known

	StatusEndOfLife    = "end-of-life"          // the release, or the package in it, is no longer supported
	StatusWillNotFix   = "will-not-fix"         // Red Hat: there will be no fix
	StatusDeferred     = "fix-deferred"         // Red Hat, Ubuntu: perhaps fixed later
	StatusOutOfScope   = "out-of-support-scope" // Red Hat: too minor for the support phase of the release
	StatusInvestigated = "under-investigation"  // Red Hat; Ubuntu: needs-triage; Debian: undetermined. not known yet whether the package is affected
	StatusNoDSA        = "no-dsa"               // Debian: too minor for a security advisory (DSA)
	StatusPostponed    = "postponed"            // Debian: will be fixed with a later advisory
	StatusIgnored      = "ignored"              // Debian, Ubuntu: will not be fixed in this release

	StatusNotAffected = "not-affected" // no version of the package has the vulnerability
)
