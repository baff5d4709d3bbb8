package seaworthy

// Package is one installed piece of software.
type Package struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Arch    string `json:"arch,omitempty"`
	// Ecosystem is the one whose advisories are about the package; zero if it is not
	// known.
	Ecosystem Ecosystem      `json:"ecosystem,omitzero"`
	PURL      string         `json:"purl,omitempty"`
	Source    *SourcePackage `json:"source,omitempty"`
	// Modularity is the label of an RPM that is part of a module:
	// name:stream:version:context.
	Modularity string `json:"modularity,omitempty"`
	// ByText is true for software that was recognised by text in its program
	// alone; no package manager knows of it.
	ByText bool `json:"byText,omitempty"`
	// Vendor is who built a package of the operating system's package manager, if that was
	// not the distribution, or if it is not certain: then the package has no Ecosystem, or
	// one whose advisories are about the package only if they know its name.
	Vendor string `json:"vendor,omitempty"`
	// OwnedBy is the purl of the operating system package that installed this
	// language package; empty if none did.
	OwnedBy string `json:"ownedBy,omitempty"`
	// Licenses are SPDX expressions. A name that is not on SPDX's list is a
	// LicenseRef: "LicenseRef-Public-Domain".
	Licenses []string `json:"licenses,omitempty"`
	// Locations are the files that name the package: a package database, a
	// manifest, a program. Each has the layer that brought the package in this
	// version. A file in an archive comes after the archive's path and "!/".
	Locations []Location `json:"locations,omitempty"`
}

// SourcePackage is the package from which a binary package was built.
type SourcePackage struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}
