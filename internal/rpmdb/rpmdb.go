// Package rpmdb reads RPM databases. A database keeps one header for each package, in
// one of three formats: SQLite (rpmdb.sqlite), rpm's own ndb (Packages.db), or the hash
// of Berkeley DB (Packages). [SQLite], [NDB] and [Berkeley] yield the headers as they
// are stored, and [ParseHeader] reads one.
//
// Input may be hostile: lengths and numbers are checked against the length of the
// file, and references that form a circle end.
package rpmdb

import "iter"

// Headers yields the headers of a database. An error ends it. A header is valid until
// the next one is asked for.
type Headers = iter.Seq2[[]byte, error]

// maxHeader is the maximum length of a header in bytes, as in rpm itself.
const maxHeader = 256 << 20
