// Package rpmdb reads RPM databases.
//
// The input is a database in one of three formats: SQLite (rpmdb.sqlite), rpm's own ndb
// (Packages.db), or a hash table of Berkeley DB (Packages). [SQLite], [NDB] and [Berkeley]
// yield the header of each package. [ParseHeader] parses a header into a [Package].
//
// The package refuses truncated, damaged and encrypted databases. The input may be hostile:
// lengths and numbers are checked against the length of the file, and cycles of references
// are detected.
package rpmdb

import "iter"

// Headers yields the headers of a database. It ends after an error. A header is valid until
// the next iteration.
type Headers = iter.Seq2[[]byte, error]

// maxHeader is the maximum length of a header in bytes, as in rpm itself.
const maxHeader = 256 << 20
