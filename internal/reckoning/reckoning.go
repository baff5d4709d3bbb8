// Package reckoning holds the vulnerabilities that a scan finds to a reckoning of its
// own over the same advisories. Its tests read packages with the tools of their
// package managers, records as plain JSON, and order versions by those tools or by the
// published rules: no code of the program is on the side of what is expected.
package reckoning
