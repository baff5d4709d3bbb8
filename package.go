package seaworthy

// Package is one installed piece of software.
type Package struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Arch    string `json:"arch,omitempty"`
	// Ecosystem is the ecosystem whose advisories are about the package; zero if it is not
	// known.
	Ecosystem Ecosystem      `json:"ecosystem,omitzero"`
	PURL      string         `json:"purl,omitempty"`
	Source    *SourcePackage `json:"source,omitempty"`
	// Modularity is the label of an RPM that is part of a module:
	// name:stream:version:context.
	Modularity string `json:"modularity,omitempty"`
	// ByText is true for software without a package manager that was recognised by
	// text in its program, such as a version string.
	ByText bool `json:"byText,omitempty"`
	// Vendor is the builder of a package of the operating system's package manager, if that
	// was not the distribution, or may not have been. Such a package has no Ecosystem, or
	// one whose advisories apply only if they name the package.
	Vendor string `json:"vendor,omitempty"`
	// Untagged is true if the version was made up from a commit, as Go does for a program
	// that was built from a checkout without tags. It does not say which release it is.
	Untagged bool `json:"untagged,omitempty"`
	// NameHints are names in a Java archive without Maven coordinates that its group may
	// begin with: those of the bundle, the module and the largest package.
	NameHints []string `json:"nameHints,omitempty"`
	// OwnedBy is the package URL of the operating system's package that installed this
	// package of a language; empty if there is none.
	OwnedBy string `json:"ownedBy,omitempty"`
	// Licenses are SPDX expressions. A name that is not on SPDX's list is a
	// LicenseRef: "LicenseRef-Public-Domain".
	Licenses []string `json:"licenses,omitempty"`
	// Locations are the files that list the package: a package database, a manifest, a
	// program. Their Layer is the one that installed this version of the package. For a file
	// in an archive, Path is the path of the archive, "!/", and the path in it.
	Locations []Location `json:"locations,omitempty"`
}

// SourcePackage is the source package from which a package was built.
type SourcePackage struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}
