package seaworthy

import "cmp"

// Coverage says how far one subject was checked. What was not checked is never
// reported as clean: it is a Coverage.
type Coverage struct {
	Risk Risk `json:"risk"`
	// Subject is what was, or was not, checked: "configuration",
	// "layer 3: usr/lib/huge.bin", "Debian:12".
	Subject string `json:"subject"`
	State   State  `json:"state"`
	// Code classifies the reason for programs; empty only for Checked.
	Code CoverageCode `json:"code,omitempty"`
	// Reason is a sentence for people; empty only for Checked. Its wording may
	// change between versions.
	Reason string `json:"reason,omitempty"`
	// InImage is true if the reason lies in what the image holds, and not in the
	// advisories it is matched against: newer advisories would not help.
	InImage bool `json:"inImage,omitempty"`
}

// State is how far a subject was checked.
type State string

// The states of coverage.
const (
	Checked    State = "checked"
	Partial    State = "partial"
	NotChecked State = "not-checked"
	Failed     State = "failed"
)

// CoverageCode is the class of reasons for which a subject was not checked, or only
// partly. The reason in words is [Coverage.Reason]; programs decide by the code.
// Later versions may add codes.
type CoverageCode string

// The risk was not checked.
const (
	// CodeNotRequested: the user left the risk out.
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

// The advisories to match packages against are missing or say too little.
const (
	// CodeNoAdvisorySource: no known publisher writes advisories for such packages, or
	// none for this distribution, release or program.
	CodeNoAdvisorySource CoverageCode = "no-advisory-source"
	// CodeNoAdvisories: the advisory database has nothing for the ecosystem yet.
	CodeNoAdvisories CoverageCode = "no-advisories"
	// CodeAdvisoriesUnavailable: the advisories could not be downloaded.
	CodeAdvisoriesUnavailable CoverageCode = "advisories-unavailable"
	// CodeAdvisoriesUnreadable: the advisory database could not be read.
	CodeAdvisoriesUnreadable CoverageCode = "advisories-unreadable"
	// CodeAdvisoriesOutdated: the advisories are older than allowed, or their publisher
	// seems to have stopped.
	CodeAdvisoriesOutdated CoverageCode = "advisories-outdated"
	// CodeAdvisoriesIncomplete: some advisories, or the data that completes them (the
	// catalog of exploited vulnerabilities), are missing.
	CodeAdvisoriesIncomplete CoverageCode = "advisories-incomplete"
	// CodeUnknownVersion: a version that cannot be compared with those of the advisories.
	CodeUnknownVersion CoverageCode = "unknown-version"
)

// The software in the image is not, or not wholly, known.
const (
	// CodeNoPackageData: nothing in the image says what software it holds.
	CodeNoPackageData CoverageCode = "no-package-data"
	// CodeUnknownDistribution: the image or SBOM does not say which distribution its
	// packages are from.
	CodeUnknownDistribution CoverageCode = "unknown-distribution"
	// CodePackageDatabaseRemoved: packages are gone from the package database, and their
	// files are still there.
	CodePackageDatabaseRemoved CoverageCode = "package-database-removed"
	// CodePackageDatabaseUnreadable: a package database is there and could not be read, or
	// not to its end.
	CodePackageDatabaseUnreadable CoverageCode = "package-database-unreadable"
	// CodeIncompleteSBOM: the SBOM says that it is incomplete, or lists no packages.
	CodeIncompleteSBOM CoverageCode = "incomplete-sbom"
	// CodeInvalidPURL: the SBOM has a package URL that cannot be parsed.
	CodeInvalidPURL CoverageCode = "invalid-purl"
)

// The image or a part of it was not, or not wholly, read.
const (
	// CodeUnsupportedPlatform: the image is for an operating system other than Linux.
	CodeUnsupportedPlatform CoverageCode = "unsupported-platform"
	// CodeUnsupportedFormat: data in a form that this version cannot read.
	CodeUnsupportedFormat CoverageCode = "unsupported-format"
	// CodeUnreadable: a file is damaged, is not where it should be, or is not a file.
	CodeUnreadable CoverageCode = "unreadable"
	// CodeEncrypted: a file is encrypted.
	CodeEncrypted CoverageCode = "encrypted"
	// CodeInvalidSyntax: a script or configuration file that could not be parsed, or not to
	// its end.
	CodeInvalidSyntax CoverageCode = "invalid-syntax"
	// CodeLimitExceeded: a size, number or depth is over one of the limits.
	CodeLimitExceeded CoverageCode = "limit-exceeded"
	// CodeAmbiguousLayer: a layer that container runtimes unpack differently, or that holds
	// data which none of them unpacks.
	CodeAmbiguousLayer CoverageCode = "ambiguous-layer"
	// CodeMountedFileSystem: a directory of a root file system on which the running kernel
	// has mounted another file system.
	CodeMountedFileSystem CoverageCode = "mounted-file-system"
	// CodeNoConfiguration: a root file system, which has no image configuration.
	CodeNoConfiguration CoverageCode = "no-configuration"
	// CodeNoHistory: the image has no build history, or one that does not fit its layers.
	CodeNoHistory CoverageCode = "no-history"
)

// CodeUnspecified stands for the code in documents of versions that wrote none.
const CodeUnspecified CoverageCode = "unspecified"

// CoverageCodes lists all codes.
func CoverageCodes() []CoverageCode {
	return []CoverageCode{
		CodeNotRequested, CodeNotImplemented, CodeNotInSBOM, CodeNotInReport, CodeAnalyzerFailed,
		CodeNoAdvisorySource, CodeNoAdvisories, CodeAdvisoriesUnavailable, CodeAdvisoriesUnreadable,
		CodeAdvisoriesOutdated, CodeAdvisoriesIncomplete, CodeUnknownVersion,
		CodeNoPackageData, CodeUnknownDistribution, CodePackageDatabaseRemoved, CodePackageDatabaseUnreadable,
		CodeIncompleteSBOM, CodeInvalidPURL,
		CodeUnsupportedPlatform, CodeUnsupportedFormat, CodeUnreadable, CodeEncrypted, CodeInvalidSyntax,
		CodeLimitExceeded, CodeAmbiguousLayer, CodeMountedFileSystem, CodeNoConfiguration, CodeNoHistory,
		CodeUnspecified,
	}
}

// CompareCoverage is the order of a report: risk, subject, state, reason.
func CompareCoverage(a, b *Coverage) int {
	return cmp.Or(
		cmp.Compare(a.Risk, b.Risk),
		cmp.Compare(a.Subject, b.Subject),
		cmp.Compare(a.State, b.State),
		cmp.Compare(a.Reason, b.Reason),
		cmp.Compare(a.Code, b.Code),
	)
}
