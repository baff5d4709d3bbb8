// Package crosscheck has tests that compare the vulnerabilities of a scan with those of a
// second implementation over the same advisories. The tests read packages with the tools
// of their package managers and records as plain JSON, and order versions by those tools
// or by the published rules: the expected results do not depend on the code of the
// program.
package crosscheck
