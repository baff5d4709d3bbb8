package seaworthy

import "cmp"

// Coverage says whether one subject was checked, partially checked or not checked, and
// why. So a part of an image that was not checked is never reported as clean.
type Coverage struct {
	Risk Risk `json:"risk"`
	// Subject is the part of the image, or the kind of packages: "configuration",
	// "layer 3: usr/lib/huge.bin", "Debian:12".
	Subject string `json:"subject"`
	State   State  `json:"state"`
	// Code is the reason for programs; empty only if State is Checked.
	Code CoverageCode `json:"code,omitempty"`
	// Reason is the reason in words; empty only if State is Checked. The words may
	// change between versions.
	Reason string `json:"reason,omitempty"`
	// InImage is true if the reason is the content of the image, and not the advisories
	// that it is matched with: newer advisories would not help.
	InImage bool `json:"inImage,omitempty"`
}

// State says whether a subject was checked.
type State string

// The states of coverage.
const (
	Checked    State = "checked"
	Partial    State = "partial"     // partially checked
	NotChecked State = "not-checked" // there was no attempt to check it
	Failed     State = "failed"      // the check ended with an error
)

// CoverageCode is the reason why a subject was not checked, or only partially, for
// programs. [Coverage.Reason] is the same in words. Later versions may add codes.
//
// The constants are in groups by what was not checked, or by what is missing.
type CoverageCode string

// Codes for a risk that was not checked.
const (
	// CodeNotRequested: the user did not request the check of this risk.
	CodeNotRequested CoverageCode = "not-requested"
	// CodeNotImplemented: this version has no analyzer for the risk.
	CodeNotImplemented CoverageCode = "not-implemented"
	// CodeNotInSBOM: the scan is of an SBOM, which says nothing about the risk.
	CodeNotInSBOM CoverageCode = "not-in-sbom"
	// CodeNotInReport: the scan is of an earlier report, which says nothing about the risk.
	CodeNotInReport CoverageCode = "not-in-report"
	// CodeAnalyzerFailed: the check ended with an error.
	CodeAnalyzerFailed CoverageCode = "analyzer-failed"
)

// Codes for packages that were not matched with advisories, because these are missing or
// incomplete.
const (
	// CodeNoAdvisorySource: no known publisher has advisories for packages of this type,
	// or for this distribution, release or program.
	CodeNoAdvisorySource CoverageCode = "no-advisory-source"
	// CodeNoAdvisories: the advisory database has no data for the ecosystem yet.
	CodeNoAdvisories CoverageCode = "no-advisories"
	// CodeAdvisoriesUnavailable: the advisories could not be downloaded.
	CodeAdvisoriesUnavailable CoverageCode = "advisories-unavailable"
	// CodeAdvisoriesUnreadable: the advisory database could not be read.
	CodeAdvisoriesUnreadable CoverageCode = "advisories-unreadable"
	// CodeAdvisoriesOutdated: the advisories are older than the maximum age, or their
	// publisher seems to have abandoned them.
	CodeAdvisoriesOutdated CoverageCode = "advisories-outdated"
	// CodeAdvisoriesIncomplete: some advisories are missing, or the data that adds to
	// them, such as the catalog of known exploited vulnerabilities.
	CodeAdvisoriesIncomplete CoverageCode = "advisories-incomplete"
	// CodeUnknownVersion: the version of a package cannot be compared with those of the
	// advisories.
	CodeUnknownVersion CoverageCode = "unknown-version"
)

// Codes for software whose packages are not known, or not all.
const (
	// CodeNoPackageData: the image has no list of its software.
	CodeNoPackageData CoverageCode = "no-package-data"
	// CodeUnknownDistribution: the image or SBOM does not say which distribution its
	// packages are from.
	CodeUnknownDistribution CoverageCode = "unknown-distribution"
	// CodeUnknownSource: it is not known from which source packages packages were built, and
	// the advisories are about source packages.
	CodeUnknownSource CoverageCode = "unknown-source-package"
	// CodePackageDatabaseRemoved: packages were removed from the package database, but
	// their files are still there.
	CodePackageDatabaseRemoved CoverageCode = "package-database-removed"
	// CodePackageDatabaseUnreadable: a package database could not be read, or not to its
	// end.
	CodePackageDatabaseUnreadable CoverageCode = "package-database-unreadable"
	// CodeIncompleteSBOM: the SBOM says that it is incomplete, or lists no packages.
	CodeIncompleteSBOM CoverageCode = "incomplete-sbom"
	// CodeInvalidPURL: the SBOM has a package URL that cannot be parsed.
	CodeInvalidPURL CoverageCode = "invalid-purl"
)

// Codes for an image, or a part of it, that was not read, or not completely.
const (
	// CodeUnsupportedPlatform: the image is for an operating system other than Linux.
	CodeUnsupportedPlatform CoverageCode = "unsupported-platform"
	// CodeUnsupportedFormat: a file has a format that this version cannot read.
	CodeUnsupportedFormat CoverageCode = "unsupported-format"
	// CodeUnreadable: a file is damaged, is not where it should be, or is not a file.
	CodeUnreadable CoverageCode = "unreadable"
	// CodeEncrypted: a file is encrypted.
	CodeEncrypted CoverageCode = "encrypted"
	// CodeInvalidSyntax: a script or configuration file could not be parsed, or not to its
	// end.
	CodeInvalidSyntax CoverageCode = "invalid-syntax"
	// CodeLimitExceeded: a size, number or depth exceeds a limit.
	CodeLimitExceeded CoverageCode = "limit-exceeded"
	// CodeAmbiguousLayer: container runtimes unpack the layer differently, or it has data
	// that none of them unpacks.
	CodeAmbiguousLayer CoverageCode = "ambiguous-layer"
	// CodeMountedFileSystem: another file system is mounted on a directory of the scanned
	// root file system, such as /proc. It is not scanned.
	CodeMountedFileSystem CoverageCode = "mounted-file-system"
	// CodeNoConfiguration: a root file system was scanned, which has no image
	// configuration.
	CodeNoConfiguration CoverageCode = "no-configuration"
	// CodeNoHistory: the image has no build history, or one that does not match its layers.
	CodeNoHistory CoverageCode = "no-history"
)

// CodeUnspecified is the code of a Coverage that was read from a report of a version
// without codes.
const CodeUnspecified CoverageCode = "unspecified"

// CoverageCodes returns all codes.
func CoverageCodes() []CoverageCode {
	return []CoverageCode{
		CodeNotRequested, CodeNotImplemented, CodeNotInSBOM, CodeNotInReport, CodeAnalyzerFailed,
		CodeNoAdvisorySource, CodeNoAdvisories, CodeAdvisoriesUnavailable, CodeAdvisoriesUnreadable,
		CodeAdvisoriesOutdated, CodeAdvisoriesIncomplete, CodeUnknownVersion,
		CodeNoPackageData, CodeUnknownDistribution, CodeUnknownSource, CodePackageDatabaseRemoved, CodePackageDatabaseUnreadable,
		CodeIncompleteSBOM, CodeInvalidPURL,
		CodeUnsupportedPlatform, CodeUnsupportedFormat, CodeUnreadable, CodeEncrypted, CodeInvalidSyntax,
		CodeLimitExceeded, CodeAmbiguousLayer, CodeMountedFileSystem, CodeNoConfiguration, CodeNoHistory,
		CodeUnspecified,
	}
}

// CompareCoverage compares two Coverages in the order of a report: by risk, subject, state
// and reason.
func CompareCoverage(a, b *Coverage) int {
	return cmp.Or(
		cmp.Compare(a.Risk, b.Risk),
		cmp.Compare(a.Subject, b.Subject),
		cmp.Compare(a.State, b.State),
		cmp.Compare(a.Reason, b.Reason),
		cmp.Compare(a.Code, b.Code),
	)
}
